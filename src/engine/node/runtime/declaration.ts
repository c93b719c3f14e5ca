import { run, suspend, type Task } from '../../os/task.ts';
import { writeText } from '../../os/text.ts';
import type { Process, Program, ServedResponse } from '../../os/process.ts';
import { SECOND } from '../../sim/time.ts';
import type { Image } from '../../os/image.ts';
import { parseReference, repositoryOf } from './reference.ts';
import { untilSignal } from '../../os/daemon.ts';

/** An image that a scenario declares: a program made of data. Times are virtual ms, sizes bytes. */
export interface ImageDeclaration {
  /** Reference with the tag; several tags of one repository are several declarations. */
  name: string;
  /** Bytes to pull; default 50 MB. */
  size?: number;
  /** From start until the ports are open. */
  startupDelay?: number;
  /** Ends by itself after this time, with `exitCode` (default 1). */
  crashAfter?: number;
  exitCode?: number;
  ports?: number[];
  /** Goes on without a port that another container of the pod has taken, where a real program would end. */
  sharesPorts?: boolean;
  /** Answers by path, `*` for any other; default `200 <hostname>`. */
  responses?: Record<string, { status?: number; body?: string; delay?: number }>;
  /** Bytes held at start, and gained a second. */
  memory?: number;
  memoryGrowth?: number;
  /** Milli-CPUs burnt by a request. */
  cpuPerRequest?: number;
  /** Lines written at start, or one after the other every `logEvery` ms. */
  logs?: string[];
  logEvery?: number;
}

export function declaredImage(declaration: ImageDeclaration): Image {
  const reference = parseReference(declaration.name);
  if (typeof reference === 'string') throw new Error(`image "${declaration.name}": ${reference}`);
  return {
    repository: repositoryOf(reference),
    hasTag: (tag) => tag === reference.tag,
    size: declaration.size ?? 50_000_000,
    flavour: 'busybox',
    exposedPorts: declaration.ports ?? [],
    entrypoint: ['/app'],
    programs: { '/app': application(declaration) },
  };
}

function application(declaration: ImageDeclaration): Program {
  return function* app(process: Process): Task<number> {
    const memory = declaration.memory ?? 16 * 1024 * 1024;
    process.use({ memory, cpu: 1 });
    const parts: Task<number | undefined>[] = [];
    if ((declaration.logs?.length ?? 0) > 0) parts.push(log(process, declaration.logs ?? [], declaration.logEvery));
    if ((declaration.memoryGrowth ?? 0) > 0) parts.push(grow(process, memory, declaration.memoryGrowth ?? 0));
    if (declaration.crashAfter !== undefined || declaration.exitCode !== undefined)
      parts.push(crash(process, declaration.crashAfter ?? 0, declaration.exitCode ?? 1));
    parts.push(serve(process, declaration));
    parts.push(stop(process));
    return yield* firstResult(parts);
  };
}

/** Runs tasks side by side until one of them has a result; the others end with it. */
function* firstResult(tasks: readonly Task<number | undefined>[]): Task<number> {
  return yield* suspend<number>((resume, fail) => {
    const cancels: (() => void)[] = [];
    let over = false;
    const finish = (act: () => void): void => {
      if (over) return;
      over = true;
      for (const cancel of cancels) cancel();
      act();
    };
    for (const task of tasks) {
      const running = run(
        task,
        (code) => code !== undefined && finish(() => resume(code)),
        (error) => finish(() => fail(error)),
      );
      if (over) running.kill();
      else cancels.push(() => running.kill());
    }
    return () => finish(() => {});
  });
}

function* log(process: Process, lines: readonly string[], every: number | undefined): Task<undefined> {
  if (every === undefined) {
    yield* writeText(process.stdout, `${lines.join('\n')}\n`);
    return undefined;
  }
  for (let i = 0; ; i++) {
    yield* writeText(process.stdout, `${lines[i % lines.length] ?? ''}\n`);
    yield* process.sleep(every);
  }
}

function* grow(process: Process, initial: number, perSecond: number): Task<undefined> {
  for (let memory = initial; ; memory += perSecond) {
    process.use({ memory });
    yield* process.sleep(SECOND);
  }
}

function* crash(process: Process, after: number, code: number): Task<number> {
  yield* process.sleep(after);
  return code;
}

function* serve(process: Process, declaration: ImageDeclaration): Task<undefined> {
  if (declaration.startupDelay !== undefined) yield* process.sleep(declaration.startupDelay);
  for (const port of declaration.ports ?? []) {
    const answer = (request: { readonly path: string }): ServedResponse => {
      const path = request.path.split('?')[0] as string;
      const response = declaration.responses?.[path] ?? declaration.responses?.['*'];
      if (declaration.cpuPerRequest !== undefined) process.use({ cpu: declaration.cpuPerRequest });
      return { status: response?.status ?? 200, body: response?.body ?? `${process.hostname}\n`, took: response?.delay ?? 0 };
    };
    try {
      process.net.serveHttp(port, answer);
    } catch (error) {
      if (declaration.sharesPorts !== true) throw error;
    }
  }
  return undefined;
}

function* stop(process: Process): Task<number> {
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}
