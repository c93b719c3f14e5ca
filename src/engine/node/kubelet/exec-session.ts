import { failure } from '../../api/errors.ts';
import type { Status } from '../../api/meta.ts';
import type { ExecOptions, RemoteCommandStream } from '../../apiserver/types.ts';
import { pipe } from '../../os/pipe.ts';
import { writerTo } from '../../os/text.ts';
import { Tty } from '../../os/tty.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { CriError, type RuntimeService } from '../runtime/cri.ts';

type Start = RemoteCommandStream['start'];

/** One `kubectl exec`: a process in a running container, between the client's streams or behind a terminal of its own. */
export function execSession(
  sim: Simulation,
  runtime: RuntimeService,
  id: string,
  options: ExecOptions,
  sink: Parameters<Start>[0],
): ReturnType<Start> {
  let group = 0;
  let done = false;
  let kill = (): void => {};
  const end = (status: Status): void => {
    if (done) return;
    done = true;
    sink.status(status);
  };
  const input = pipe();
  const tty = options.tty
    ? new Tty({ output: (bytes) => sink.stdout(bytes), signal: (signal) => runtime.signalGroup(id, group, signal) })
    : undefined;
  try {
    const started = runtime.exec(
      id,
      options.command,
      tty === undefined
        ? {
            ...(options.stdin ? { stdin: input.reader } : {}),
            stdout: writerTo((bytes) => options.stdout && sink.stdout(bytes)),
            stderr: writerTo((bytes) => options.stderr && sink.stderr(bytes)),
          }
        : { ...(options.stdin ? { stdin: tty.reader } : {}), stdout: tty.writer, stderr: tty.writer, terminal: tty },
    );
    group = started.pid;
    kill = () => started.kill('KILL');
    started.onExit((code) => sim.after(0, () => end(exitStatus(code))));
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    const text = `Internal error occurred: error executing command in container: ${error.message}`;
    sim.after(0, () => end(failure(500, 'InternalError', text).status));
  }
  return {
    stdin(bytes) {
      if (tty === undefined) input.writer.push(bytes);
      else tty.type(bytes);
    },
    closeStdin() {
      if (tty === undefined) input.writer.close();
      else tty.hangUp();
    },
    resize: (columns, rows) => tty?.resize(columns, rows),
    close() {
      done = true;
      kill();
    },
  };
}

export function exitStatus(code: number): Status {
  if (code === 0) return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
