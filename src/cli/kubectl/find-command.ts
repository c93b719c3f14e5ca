import type { Command } from './command.ts';
import { COMMANDS, refuseToRun } from './commands.ts';
import { Flags, GLOBAL_FLAGS } from './flags.ts';
import { groupText, rootText } from './help.ts';

/** The command a line means, or what is said when it means none. */
export function findCommand(
  words: readonly string[],
):
  | { command: Command; name: string; rest: string[] }
  | { text: string; code: number; helped?: boolean; unknown?: boolean; complains?: boolean } {
  const rest = [...words];
  const at = commandIn(rest);
  const [first] = at < 0 ? [] : rest.splice(at, 1);
  if (first === undefined) {
    // Flags alone: what is wrong with them is said, and else what there is.
    if (rest.length > 0) Flags.parse('kubectl', rest);
    return { text: rootText(COMMANDS), code: 0 };
  }
  if (first === 'help') {
    const named = findCommand(rest);
    if (!('text' in named)) return { ...named, rest: ['--help'] };
    if (named.unknown !== true) return { ...named, code: 0 };
    const topics = rest.map((word) => `\`${word}\``).join(' ');
    return { text: `Unknown help topic [${topics}]\n\n\n${rootText(COMMANDS).replace(/^.*\n\n/, '')}`, code: 0, complains: true };
  }
  let command = COMMANDS[first];
  if (command === undefined)
    return { text: `error: unknown command "${first}" for "kubectl"\n${suggestions(first)}`, code: 1, unknown: true };
  let name = first;
  while (command.subcommands !== undefined) {
    const at = commandIn(rest);
    const asked = rest[at];
    const entry: [string, Command] | undefined =
      asked === undefined
        ? undefined
        : Object.entries(command.subcommands).find(([key, each]) => key === asked || each.aliases?.includes(asked) === true);
    if (entry === undefined) {
      if (command.run !== refuseToRun) break;
      if (rest.some((word) => word === '-h' || word === '--help')) return { text: groupText(`kubectl ${name}`, command), code: 0 };
      // This group alone takes being named for a question, whatever comes behind.
      if (name === 'certificate') return { text: groupText(`kubectl ${name}`, command), code: 0 };
      if (asked !== undefined)
        return { text: `error: unknown command "${asked}"\nSee 'kubectl ${name} -h' for help and examples\n`, code: 1 };
      // Most groups say on standard error what there is; this one on standard output.
      return { text: groupText(`kubectl ${name}`, command), code: 1, helped: name === 'rollout' };
    }
    rest.splice(at, 1);
    name += ` ${entry[0]}`;
    command = entry[1];
  }
  return { command, name, rest };
}

/** Where the command's word stands, -1 for nowhere: flags that all have may go before it, `kubectl -n kube-system get pods`. */
function commandIn(words: readonly string[]): number {
  const globals = Flags.named(GLOBAL_FLAGS, '');
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const flag = globals.get(word);
    if (flag !== undefined && flag.bare === undefined) i++;
    else if (!word.startsWith('-')) return i;
  }
  return -1;
}

function suggestions(word: string): string {
  const close = Object.keys(COMMANDS).filter((name) => distance(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()));
  return close.length === 0 ? '' : `\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}\n`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
