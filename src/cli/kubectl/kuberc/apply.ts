import { FileError } from '../../../engine/os/process.ts';
import type { Process } from '../../../engine/os/process.ts';
import { writeText } from '../../../engine/os/text.ts';
import type { Task } from '../../../engine/os/task.ts';
import type { Command } from '../command.ts';
import { CommandError, toldBy } from '../errors.ts';
import { findCommand } from '../find-command.ts';
import { Flags, GLOBAL_FLAGS } from '../flags.ts';
import type { FlagEntry } from '../flags.ts';
import type { KubercPlace } from './place.ts';
import { policyProblem, readPreference } from './preference.ts';
import type { Option, PluginPolicy, Preference } from './preference.ts';

/** A line as a file of preferences has it meant. */
export interface Preferred {
  readonly words: readonly string[];
  /** Flags that the file sets. */
  readonly presets: readonly string[];
  readonly policy?: PluginPolicy;
  /** What it came to, for `-v=1`. */
  readonly original?: string;
}

/** Aliases and defaults of flags, as `kuberc.Preferences.Apply` lays them over a command line. */
export function* applyPreferences(process: Process, words: readonly string[], place: KubercPlace): Task<Preferred> {
  const preference = yield* load(process, place);
  if (preference === undefined) return { words, presets: [] };
  check(preference);
  const { policy } = preference;
  const aliased = aliasedLine(preference, words);
  if (aliased !== undefined) {
    const overridden = preference.defaults.find(({ command }) => command === aliased.name);
    if (overridden !== undefined) throw new CommandError(`alias ${aliased.name} can not be overridden`);
  }
  const known = new Set(aliased === undefined ? [] : [aliased.name]);
  const meant = aliased === undefined ? commandOf(words) : undefined;
  const presets: string[] = [];
  let original = aliased?.original;
  if (aliased !== undefined || !isUnknown(words))
    for (const { command, options } of preference.defaults) {
      const fields = command.split(/\s+/).filter(Boolean);
      if (isUnknown(fields) && !known.has(command)) {
        yield* writeText(process.stderr, `Warning: command ${JSON.stringify(command)} not found to set kuberc override\n`);
        continue;
      }
      if (meant === undefined || commandOf(fields)?.name !== meant.name) continue;
      const set = presetsOf(options, meant.command, words, {
        invalid: (flag) => `invalid flag ${flag} for command ${command}`,
        bad: ({ name, value }) => `could not apply override value ${value} to flag ${name} in command ${command}`,
      });
      presets.push(...set);
      original = [...words, ...set].join(' ');
    }
  return {
    words: aliased?.words ?? words,
    presets: [...(aliased?.presets ?? []), ...presets],
    policy,
    ...(original === undefined ? {} : { original }),
  };
}

function* load(process: Process, { path, explicit }: KubercPlace): Task<Preference | undefined> {
  try {
    const found = readPreference(process, path);
    if (found === undefined) return undefined;
    if (found.problem !== '') yield* writeText(process.stderr, `kuberc: ignoring strict decoding error in ${path}: ${found.problem}`);
    return found.preference;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof FileError)) throw error;
    if (explicit) throw new CommandError(`kuberc error kuberc: ${toldBy(error)}`);
    yield* writeText(process.stderr, `kuberc: no preferences loaded from ${path}: ${toldBy(error)}`);
    return undefined;
  }
}

function check({ aliases, defaults, policy }: Preference): void {
  const seen = new Set<string>();
  const checkOptions = (options: readonly Option[]): void => {
    const dashed = options.find(({ name }) => name.startsWith('-'));
    if (dashed !== undefined) throw new CommandError(`flag name ${dashed.name} should be in long form without dashes`);
  };
  for (const { name, options } of aliases) {
    if (!/^[a-zA-Z]+$/.test(name)) throw new CommandError('invalid alias name, can only include alphabetical characters');
    checkOptions(options);
    if (seen.has(name)) throw new CommandError(`duplicate alias name ${name}`);
    seen.add(name);
  }
  for (const { options } of defaults) checkOptions(options);
  const problem = policyProblem(policy);
  if (problem !== '') throw new CommandError(problem);
}

function isUnknown(words: readonly string[]): boolean {
  const found = findCommand(words);
  return 'text' in found && found.unknown === true;
}

/** The command and the last word of its name: a default for `set env` is one for whatever is named `env`. */
function commandOf(words: readonly string[]): { command: Command; name: string } | undefined {
  const found = findCommand(words);
  return 'text' in found ? undefined : { command: found.command, name: found.name.replace(/^.* /, '') };
}

interface Aliased extends Preferred {
  readonly name: string;
  readonly original: string;
}

/** A line whose command is none of kubectl's own, where it is an alias. */
function aliasedLine({ aliases }: Preference, words: readonly string[]): Aliased | undefined {
  const at = words.findIndex((word) => !word.startsWith('-'));
  const name = words[at];
  const alias = aliases.find((each) => each.name === name);
  if (alias === undefined || name === undefined || !isUnknown(words)) return undefined;
  const command = alias.command.split(/\s+/).filter(Boolean);
  if (isUnknown(command))
    throw new CommandError(
      `command ${JSON.stringify(alias.command)} not found to set alias ${JSON.stringify(name)}: [${command.join(' ')}]`,
    );
  const target = commandOf(command);
  const presets =
    target === undefined
      ? []
      : presetsOf(alias.options, target.command, words, {
          invalid: (flag) => `invalid alias flag ${flag} in alias kubectl`,
          bad: (option) => `could not apply value ${option.value} to flag ${option.name} in alias kubectl`,
        });
  const rest = [...alias.prependArgs, ...words.slice(at + 1), ...alias.appendArgs];
  const typed = [...words.slice(0, at + 1), ...rest].join(' ').replaceAll(name, '');
  return {
    name,
    words: [...words.slice(0, at), ...command, ...rest],
    presets,
    original: [alias.command, ...presets].join(' ') + (typed === '' ? '' : ` ${typed}`),
  };
}

function presetsOf(
  options: readonly Option[],
  command: Command,
  words: readonly string[],
  tell: { invalid(flag: string): string; bad(option: Option): string },
): string[] {
  const flags = Flags.named(GLOBAL_FLAGS, command.flags);
  const shorthands = new Map([...flags].flatMap(([key, flag]) => (key.startsWith('--') ? [] : [[flag.name, key.slice(1)]])));
  return options.flatMap((option) => {
    const flag = flags.get(`--${option.name}`);
    if (flag === undefined) throw new CommandError(tell.invalid(option.name));
    if (isGiven(flag, shorthands.get(flag.name), words)) return [];
    const preset = `--${option.name}=${option.value}`;
    const problem = Flags.problemOf(preset, command.flags);
    if (problem !== '') throw new CommandError(`${tell.bad(option)} err: ${problem}`);
    return [preset];
  });
}

/** Whether the line sets the flag itself, as kuberc tells: a short one is looked for at the beginning of a word, and among several letters. */
function isGiven({ name }: FlagEntry, short: string | undefined, words: readonly string[]): boolean {
  return words.some((word) => {
    if (word === `--${name}` || word.startsWith(`--${name}=`)) return true;
    if (short === undefined) return false;
    return word.startsWith(`-${short}`) || (/^-[a-zA-Z]+$/.test(word) && word.includes(short));
  });
}
