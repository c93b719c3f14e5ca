import { run, suspend, type Task } from '../../os/task.ts';
import { writeText } from '../../os/text.ts';
import { NetworkError, type Process, type Program, type ServedResponse } from '../../os/process.ts';
import { SECOND } from '../../sim/time.ts';
import type { Image } from '../../os/image.ts';
import { Load } from './programs/load.ts';
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
  /** Bytes kept for ever by a request. */
  memoryPerRequest?: number;
  /** ms of CPU that a request takes. */
  cpuPerRequest?: number;
  /** Of a hundred requests so many are answered with 500. */
  errorRate?: number;
  /** On TERM: ends with what it has begun done (`graceful`, the default), drops it (`rude`), or waits for KILL (`ignore`). */
  shutdown?: 'graceful' | 'rude' | 'ignore';
  /** Lines written at start, or one after the other every `logEvery` ms. */
  logs?: string[];
  logEvery?: number;
  /** Lines of the Dockerfile, for who looks at its layers. */
  layers?: string[];
}

export function declaredImage(declaration: ImageDeclaration): Image {
  const reference = parseReference(declaration.name);
  if (typeof reference === 'string') throw new Error(`image "${declaration.name}": ${reference}`);
  return {
    repository: repositoryOf(reference),
    hasTag: (tag) => tag === reference.tag,
    size: declaration.size ?? 50_000_000,
    flavour: 'busybox',
    ...(declaration.layers === undefined ? {} : { layers: declaration.layers }),
    exposedPorts: declaration.ports ?? [],
    entrypoint: ['/app'],
    programs: { '/app': application(declaration) },
  };
}

function application(declaration: ImageDeclaration): Program {
  return function* app(process: Process): Task<number> {
    const load = new Load(process, { memory: declaration.memory ?? 16 * 1024 * 1024, cpu: 1 });
    const open = { requests: 0, gone: false };
    const parts: Task<number | undefined>[] = [];
    if ((declaration.logs?.length ?? 0) > 0) parts.push(log(process, declaration.logs ?? [], declaration.logEvery));
    if ((declaration.memoryGrowth ?? 0) > 0) parts.push(grow(process, load, declaration.memoryGrowth ?? 0));
    if (declaration.crashAfter !== undefined || declaration.exitCode !== undefined)
      parts.push(crash(process, declaration.crashAfter ?? 0, declaration.exitCode ?? 1));
    parts.push(serve(process, declaration, load, open));
    parts.push(stop(process, declaration, open));
    try {
      return yield* firstResult(parts);
    } finally {
      open.gone = true;
    }
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

function* grow(process: Process, load: Load, perSecond: number): Task<undefined> {
  for (;;) {
    yield* process.sleep(SECOND);
    load.keep(perSecond);
  }
}

function* crash(process: Process, after: number, code: number): Task<number> {
  yield* process.sleep(after);
  return code;
}

/** Requests under way, and whether the program has ended over them. */
interface Open {
  requests: number;
  gone: boolean;
}

function* serve(process: Process, declaration: ImageDeclaration, load: Load, open: Open): Task<undefined> {
  if (declaration.startupDelay !== undefined) yield* process.sleep(declaration.startupDelay);
  for (const port of declaration.ports ?? []) {
    try {
      process.net.serveHttp(port, ({ path }) => answer(process, declaration, path.split('?')[0] as string, load, open));
    } catch (error) {
      if (declaration.sharesPorts !== true) throw error;
    }
  }
  return undefined;
}

function* answer(process: Process, declaration: ImageDeclaration, path: string, load: Load, open: Open): Task<ServedResponse> {
  const response = declaration.responses?.[path] ?? declaration.responses?.['*'];
  if (declaration.memoryPerRequest !== undefined) load.keep(declaration.memoryPerRequest);
  open.requests++;
  yield* load.work(declaration.cpuPerRequest ?? 0);
  if (response?.delay !== undefined) yield* process.sleep(response.delay);
  open.requests--;
  if (open.gone) throw new NetworkError('ECONNRESET', 'read: connection reset by peer');
  if (process.random(100) < (declaration.errorRate ?? 0)) return { status: 500, body: 'Internal Server Error\n' };
  return { status: response?.status ?? 200, body: response?.body ?? `${process.hostname}\n` };
}

function* stop(process: Process, { shutdown }: ImageDeclaration, open: Open): Task<number> {
  const signal = yield* untilSignal(process, shutdown === 'ignore' ? ['INT'] : ['TERM', 'INT']);
  if (shutdown === 'rude') return signal === 'TERM' ? 143 : 130;
  while (open.requests > 0) yield* process.sleep(10);
  return 0;
}
