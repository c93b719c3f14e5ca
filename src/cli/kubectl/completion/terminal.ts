import type { Process, Writer } from '../../../engine/os/process.ts';
import { run } from '../../../engine/os/task.ts';
import { Flags } from '../flags.ts';
import { resolveConfig } from '../kubeconfig.ts';
import type { KubeConfig } from '../kubeconfig.ts';
import { Session } from '../session.ts';
import type { ApiTransport } from '../transport.ts';
import { complete } from './complete.ts';
import { FILTER_DIRECTORIES, FILTER_EXTENSIONS, NO_FILES } from './line.ts';
import type { Completion, Line } from './line.ts';

type Connect = (process: Process, config: KubeConfig) => ApiTransport;

/** What the terminal knows of its machine: kubeconfigs are read from it. */
export type Surroundings = Pick<Process, 'files' | 'env' | 'cwd'>;

/** What could stand at the cursor of a kubectl line; `undefined` where file names are meant. Answers at once. */
export function completeKubectl(
  connect: Connect,
  surroundings: Surroundings,
  line: string,
  cursor: number,
): { from: number; candidates: string[] } | undefined {
  const before = line.slice(0, cursor);
  const start = before.lastIndexOf(' ') + 1;
  const word = before.slice(start);
  const words = before.slice(0, start).split(/\s+/).filter(Boolean).slice(1);
  let found: Completion = { candidates: [], directive: NO_FILES };
  run(
    complete(words, word, (read) => sessionFor(connect, surroundings, read)),
    (completion) => {
      found = completion;
    },
    (error) => {
      // What the server does not tell is not offered; a fault of ours is told.
      if (error instanceof TypeError) throw error;
    },
  );
  if ((found.directive & (FILTER_EXTENSIONS | FILTER_DIRECTORIES)) !== 0) return undefined;
  if (found.candidates.length === 0 && (found.directive & NO_FILES) === 0) return undefined;
  // Behind `--flag=` and behind a comma only the last part is replaced.
  const equals = word.startsWith('-') ? word.indexOf('=') + 1 : 0;
  const comma = word.slice(equals).lastIndexOf(',') + 1;
  const candidates = found.candidates.map(({ text }) => text.slice(comma));
  return { from: start + equals + comma, candidates: [...new Set(candidates)].sort() };
}

function sessionFor(connect: Connect, { files, env, cwd }: Surroundings, line: Line): Session {
  // Completion runs outside any process: it prints nothing and waits for nothing.
  const process = { files, env, cwd, now: () => 0, stdout: SILENT, stderr: SILENT } as unknown as Process;
  return openSession(process, connect, line);
}

// eslint-disable-next-line require-yield
const SILENT: Writer = { *write() {}, close() {} };

/** A session under the flags that all commands have, as far as the line gives them. */
export function openSession(process: Process, connect: Connect, line: Line): Session {
  const flags = Flags.globalsAmong(line.flags, line.command?.flags ?? '');
  // A Tab asks nobody who he is.
  const { unknownUser: _unknown, plugin: _plugin, ...config } = resolveConfig(process, flags);
  return new Session(
    process,
    flags,
    'kubectl',
    () => config,
    () => connect(process, config),
    false,
  );
}
