import type { Task } from '../../../engine/os/task.ts';
import { COMMANDS } from '../commands.ts';
import type { Command } from '../command.ts';
import { Flags, GLOBAL_FLAGS } from '../flags.ts';
import type { FlagEntry } from '../flags.ts';
import { flagText } from '../help/flag-texts.ts';
import type { Session } from '../session.ts';
import { argumentsFor } from './arguments.ts';
import { DEFAULT, NO_FILES } from './line.ts';
import type { Candidate, Completion, Line } from './line.ts';
import { valuesOf } from './flag-values.ts';

const NOTHING: Completion = { candidates: [], directive: DEFAULT };

// Flags without which a command does nothing.
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  run: ['image'],
  scale: ['replicas'],
  'create cronjob': ['image', 'schedule'],
  'create deployment': ['image'],
};

/** What could stand in the place of `word` after `words`. `open` makes a session of the flags that are there already. */
export function* complete(words: readonly string[], word: string, open: (line: Line) => Session): Task<Completion> {
  if (words[0] === 'help') return subcommandsOf(readLine(words.slice(1)), word);
  const line = readLine(words);
  const flags = flagsOf(line);
  if (line === undefined || flags === undefined) return NOTHING;
  const pending = pendingFlag(words, flags);
  const [given = '', value] = word.startsWith('-') ? word.split(/=(.*)/s) : [''];
  const valued = value === undefined ? pending : flags.get(given);
  if (valued !== undefined) return yield* valuesOf(line, valued, value ?? word, open);
  if (value !== undefined) return NOTHING;
  if (word.startsWith('-')) return { candidates: flagNames(line, flags, word), directive: NO_FILES };
  const groups = subcommandsOf(line, word);
  if (groups.candidates.length > 0) return groups;
  const required = (REQUIRED[line.name] ?? []).filter((name) => !line.flags.some((each) => each.replace(/=.*/s, '') === `--${name}`));
  const found = yield* argumentsFor(line, word, open);
  const asked = required.map((name) => `--${name}`).filter((name) => name.startsWith(word));
  return {
    ...found,
    candidates: [...asked.map((text) => ({ text, about: flagText(`kubectl ${line.name}`, text.slice(2)) })), ...found.candidates],
  };
}

function readLine(words: readonly string[]): Line | undefined {
  let command: Command | undefined;
  const names: string[] = [];
  const args: string[] = [];
  const flags: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const subcommands = names.length === 0 ? COMMANDS : command?.subcommands;
    if (word.startsWith('-') && word.length > 1) {
      flags.push(word);
      const flag = tableOf(command).get(word);
      if (flag !== undefined && flag.bare === undefined && i + 1 < words.length) flags.push(words[++i] as string);
      continue;
    }
    const found =
      args.length > 0
        ? undefined
        : Object.entries(subcommands ?? {}).find(([name, each]) => name === word || each.aliases?.includes(word) === true);
    if (found === undefined) {
      if (names.length === 0) return undefined;
      args.push(word);
    } else {
      names.push(found[0]);
      command = found[1];
    }
  }
  return { name: names.join(' '), command, args, flags };
}

function tableOf(command: Command | undefined): ReadonlyMap<string, FlagEntry> {
  return Flags.named(GLOBAL_FLAGS, command?.flags ?? '');
}

/** All flags by how they are written; nothing where the line has one that does not exist. */
function flagsOf(line: Line | undefined): ReadonlyMap<string, FlagEntry> | undefined {
  if (line === undefined) return undefined;
  const table = tableOf(line.command);
  const unknown = line.flags.some((each) => each.startsWith('--') && each.length > 2 && !table.has(each.replace(/=.*/s, '')));
  return unknown ? undefined : table;
}

/** The flag just before the cursor, when it waits for a value. */
function pendingFlag(words: readonly string[], flags: ReadonlyMap<string, FlagEntry>): FlagEntry | undefined {
  const flag = flags.get(words.at(-1) ?? '');
  return flag?.bare === undefined ? flag : undefined;
}

/** Flags that are not there yet, or that may be given again. */
function flagNames(line: Line, flags: ReadonlyMap<string, FlagEntry>, word: string): Candidate[] {
  const given = new Set(line.flags.map((each) => flags.get(each.replace(/=.*/s, ''))?.name));
  return [...flags]
    .filter(([said, flag]) => said.startsWith(word) && !flag.refused && (!given.has(flag.name) || flag.type === 'list'))
    .map(([text, flag]) => ({ text, about: flagText(`kubectl ${line.name}`, flag.name) }));
}

function subcommandsOf(line: Line | undefined, word: string): Completion {
  const subcommands = line?.name === '' ? COMMANDS : line?.args.length === 0 ? line.command?.subcommands : undefined;
  const candidates = Object.entries(subcommands ?? {})
    .filter(([name]) => name.startsWith(word) && name !== 'alpha')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, { about }]) => ({ text, about: (about.split('\n')[0] as string).replace(/\.$/, '') }));
  return { candidates, directive: NO_FILES };
}
