import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands.ts';
import type { Command } from '../command.ts';
import { Flags } from '../flags.ts';
import { rootText } from '../help.ts';
import { helpText } from './help-text.ts';
import { flagText } from './flag-texts.ts';

const all = (commands: Readonly<Record<string, Command>>, above: string): [string, Command][] =>
  Object.entries(commands).flatMap(([name, command]) => [
    [`${above} ${name}`, command] as [string, Command],
    ...all(command.subcommands ?? {}, `${above} ${name}`),
  ]);

describe('--help', () => {
  it('lists every command of the root once', () => {
    const text = rootText(COMMANDS);
    for (const name of Object.keys(COMMANDS).filter((each) => !['alpha', 'options'].includes(each)))
      expect(text.match(new RegExp(`^  ${name} +\\S`, 'gm')), name).toHaveLength(1);
  });

  it('says of every flag what it is for', () => {
    const silent = all(COMMANDS, 'kubectl').flatMap(([said, command]) =>
      Flags.names(command.flags)
        .map((flag) => flag.slice(2))
        .filter((flag) => flagText(said, flag) === '')
        .map((flag) => `${said} --${flag}`),
    );
    expect([...new Set(silent.map((each) => each.split(' ').at(-1)))]).toEqual([]);
  });

  it('is laid out as kubectl lays it out', () => {
    expect(helpText('kubectl create namespace', COMMANDS['create']?.subcommands?.['namespace'] as Command)).toMatch(
      /^Create a namespace with the specified name\.\n\nAliases:\nnamespace, ns\n\nExamples:\n {2}# A namespace\n {2}kubectl create namespace my-namespace\n\nOptions:\n {4}--allow-missing-template-keys=true:\n\tGo on/,
    );
  });
});
