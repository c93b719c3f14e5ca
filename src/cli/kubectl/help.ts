import type { Command } from './command.ts';

const MORE =
  'Use "kubectl <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n';

/** In kubectl's order; what stands in none of these is under `Other Commands`. */
const GROUPS: readonly (readonly [title: string, commands: string])[] = [
  ['Basic Commands (Beginner)', 'create expose run set'],
  ['Basic Commands (Intermediate)', 'explain get edit delete'],
  ['Deploy Commands', 'rollout scale autoscale'],
  ['Cluster Management Commands', 'certificate cluster-info top cordon uncordon drain taint'],
  ['Troubleshooting and Debugging Commands', 'describe logs attach exec port-forward proxy cp auth debug events'],
  ['Advanced Commands', 'diff apply patch replace wait kustomize'],
  ['Settings Commands', 'label annotate completion'],
  ['Other Commands', 'api-resources api-versions config kuberc plugin version'],
];

/** `kubectl` alone. */
export function rootText(commands: Readonly<Record<string, Command>>): string {
  const blocks = GROUPS.map(([title, names]) => {
    const lines = names.split(' ').flatMap((name) => {
      const command = commands[name];
      return command === undefined ? [] : [`  ${name.padEnd(15)} ${firstLine(command.about)}\n`];
    });
    return `${title}:\n${lines.join('')}\n`;
  });
  return `kubectl controls the Kubernetes cluster manager.\n\n${blocks.join('')}Usage:\n  kubectl [flags] [options]\n\n${MORE}`;
}

/** A group without its subcommand: `kubectl rollout`. */
export function groupText(said: string, command: Command): string {
  const entries = Object.entries(command.subcommands ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(11, ...entries.map(([name]) => name.length)) + 2;
  const lines = entries.map(([name, each]) => `  ${name.padEnd(width)} ${firstLine(each.about)}\n`);
  const about = command.about.endsWith('.') ? command.about : `${command.about}.`;
  const aliases = command.aliases ?? [];
  const also = aliases.length === 0 ? '' : `Aliases:\n${[said.split(' ').at(-1) as string, ...aliases].join(', ')}\n\n`;
  return `${about}\n\n${also}Available Commands:\n${lines.join('')}\nUsage:\n  ${said} ${command.usage}\n\nUse "${said} <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n`;
}

export function firstLine(about: string): string {
  return (about.split('\n')[0] as string).replace(/\.$/, '');
}
