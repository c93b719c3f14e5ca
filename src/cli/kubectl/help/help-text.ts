import type { Command } from '../command.ts';
import { Flags, GLOBAL_FLAGS } from '../flags.ts';
import { firstLine } from '../help.ts';
import { examplesText } from './examples.ts';
import { flagText } from './flag-texts.ts';

/** Description, aliases, examples, subcommands, options and usage line, as kubectl lays them out. */
export function helpText(said: string, command: Command): string {
  const name = said.split(' ').at(-1) as string;
  const aliases = command.aliases ?? [];
  const options = Flags.usage(command.flags, (flag) => flagText(said, flag));
  const subcommands = Object.entries(command.subcommands ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(11, ...subcommands.map(([each]) => each.length)) + 2;
  const blocks = [
    `${command.about.replace(/\.$/, '')}.\n\n`,
    aliases.length === 0 ? '' : `Aliases:\n${[name, ...aliases].join(', ')}\n\n`,
    examplesText(said),
    subcommands.length === 0
      ? ''
      : `Available Commands:\n${subcommands.map(([each, { about }]) => `  ${each.padEnd(width)} ${firstLine(about)}\n`).join('')}\n`,
    options === '' ? '' : `Options:\n${options}\n`,
    `Usage:\n  ${said} ${command.usage}\n\n`,
    subcommands.length === 0 ? '' : `Use "${said} <command> --help" for more information about a given command.\n`,
    'Use "kubectl options" for a list of global command-line options (applies to all commands).\n',
  ];
  return blocks.join('');
}

export function optionsText(): string {
  return `The following options can be passed to any command:\n\n${Flags.usage(GLOBAL_FLAGS, (flag) => flagText('kubectl options', flag))}`;
}
