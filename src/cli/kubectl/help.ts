import type { Command } from './command.ts';
import { Flags, GLOBAL_FLAGS } from './flags.ts';

const MORE =
  'Use "kubectl <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n';

/** `kubectl` alone. */
export function rootText(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(([name, command]) => `  ${name.padEnd(15)} ${firstLine(command.about)}\n`);
  return `kubectl controls the Kubernetes cluster manager.\n\nCommands:\n${lines.join('')}\nUsage:\n  kubectl [flags] [options]\n\n${MORE}`;
}

/** A group without its subcommand: `kubectl rollout`. */
export function groupText(said: string, command: Command): string {
  const entries = Object.entries(command.subcommands ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(11, ...entries.map(([name]) => name.length)) + 2;
  const lines = entries.map(([name, each]) => `  ${name.padEnd(width)} ${firstLine(each.about)}\n`);
  const about = command.about.endsWith('.') ? command.about : `${command.about}.`;
  return `${about}\n\nAvailable Commands:\n${lines.join('')}\nUsage:\n  ${said} ${command.usage}\n\nUse "${said} <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n`;
}

export function helpText(said: string, command: Command): string {
  const options = Flags.usage(command.flags);
  const sub =
    command.subcommands === undefined
      ? ''
      : `Available Commands:\n${Object.entries(command.subcommands)
          .map(([name, each]) => `  ${name.padEnd(20)} ${firstLine(each.about)}\n`)
          .join('')}\n`;
  return `${firstLine(command.about)}.\n\n${sub}${options === '' ? '' : `Options:\n${options}\n`}Usage:\n  ${said} ${command.usage}\n\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n`;
}

export function optionsText(): string {
  return `The following options can be passed to any command:\n\n${Flags.usage(GLOBAL_FLAGS)}`;
}

function firstLine(about: string): string {
  return (about.split('\n')[0] as string).replace(/\.$/, '');
}
