import type { Process } from '../../../engine/os/process.ts';
import { writeText } from '../../../engine/os/text.ts';
import type { Task } from '../../../engine/os/task.ts';
import type { KubeConfig } from '../kubeconfig.ts';
import type { ApiTransport } from '../transport.ts';
import { complete } from './complete.ts';
import { DEFAULT, NO_FILES } from './line.ts';
import type { Completion } from './line.ts';
import { openSession } from './terminal.ts';

const DIRECTIVES: readonly [bit: number, name: string][] = [
  [2, 'ShellCompDirectiveNoSpace'],
  [4, 'ShellCompDirectiveNoFileComp'],
  [8, 'ShellCompDirectiveFilterFileExt'],
  [16, 'ShellCompDirectiveFilterDirs'],
];

/** `kubectl __complete WORD…`: what a shell's script asks. A candidate a line, then what is to be done with them. */
export function* completeCommand(process: Process, connect: (process: Process, config: KubeConfig) => ApiTransport): Task<number> {
  const [, asked = '', ...words] = process.argv;
  const word = words.pop() ?? '';
  let found: Completion;
  try {
    found = yield* complete(words, word, (line) => openSession(process, connect, line));
  } catch (error) {
    // A Tab says nothing of what went wrong.
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    found = { candidates: [], directive: NO_FILES };
  }
  const described = asked === '__complete';
  for (const { text, about } of found.candidates)
    yield* writeText(process.stdout, `${text}${described && about !== undefined ? `\t${about}` : ''}\n`);
  yield* writeText(process.stdout, `:${found.directive}\n`);
  const names = DIRECTIVES.filter(([bit]) => (found.directive & bit) !== 0).map(([, name]) => name);
  const said = found.directive === DEFAULT ? 'ShellCompDirectiveDefault' : names.join(', ');
  yield* writeText(process.stderr, `Completion ended with directive: ${said}\n`);
  return 0;
}
