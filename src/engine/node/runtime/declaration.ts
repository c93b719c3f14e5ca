import { parseQuantity } from '../../api/quantity.ts';
import { run, suspend, type Task } from '../../os/task.ts';
import { writeText } from '../../os/text.ts';
import type { Process, Program, ServedResponse } from '../../os/process.ts';
import { SECOND } from '../../sim/time.ts';
import type { Image } from './image.ts';
import { parseReference, repositoryOf } from './reference.ts';
import { say, untilSignal } from './programs/daemon.ts';

/** An image that a scenario declares in YAML. Times are seconds, sizes are quantities. */
export interface ImageDeclaration {
  /** Reference with the tag; several tags of one repository are several declarations. */
  readonly name: string;
  /** Compressed size; default `50Mi`. */
  readonly size?: string;
  /** Utilities that come along; default `busybox`. */
  readonly flavour?: string;
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** From start until the ports are open. */
  readonly startupDelay?: number;
  /** Until `/ready` and `/healthz` answer 200 instead of 503, counted from the open ports. */
  readonly readyAfter?: number;
  /** Ends by itself after this time, with `exitCode`. */
  readonly crashAfter?: number;
  readonly exitCode?: number;
  readonly ports?: readonly number[];
  /** Answers by path, `*` for any other; default `200 <hostname>\n`. */
  readonly responses?: Readonly<Record<string, { readonly status?: number; readonly body?: string; readonly took?: number }>>;
  readonly logs?: readonly { readonly text: string; readonly at?: number; readonly every?: number }[];
  readonly memory?: { readonly initial?: string; readonly growthPerSecond?: string };
  /** CPU while idle, and CPU seconds burnt per request. */
  readonly cpu?: { readonly idle?: string; readonly perRequest?: number };
  /** How long it takes to end after SIGTERM; -1: never, it must be killed. */
  readonly shutdown?: number;
}

export function declaredImage(declaration: ImageDeclaration): Image {
  const reference = parseReference(declaration.name);
  if (typeof reference === 'string') throw new Error(`image "${declaration.name}": ${reference}`);
  return {
    repository: repositoryOf(reference),
    hasTag: (tag) => tag === reference.tag,
    size: quantity(declaration.size ?? '50Mi', declaration.name),
    flavour: declaration.flavour ?? 'busybox',
    ...(declaration.user === undefined ? {} : { user: declaration.user }),
    ...(declaration.env === undefined ? {} : { env: declaration.env }),
    ...(declaration.files === undefined ? {} : { files: declaration.files }),
    exposedPorts: declaration.ports ?? [],
    entrypoint: ['/app'],
    programs: { '/app': application(declaration) },
  };
}

function application(declaration: ImageDeclaration): Program {
  const { name } = declaration;
  const initial = quantity(declaration.memory?.initial ?? '16Mi', name);
  const growth = quantity(declaration.memory?.growthPerSecond ?? '0', name);
  const idle = milli(declaration.cpu?.idle ?? '1m', name);
  return function* app(process: Process): Task<number> {
    process.use({ memory: initial, cpu: idle });
    const parts: Task<number | undefined>[] = [];
    for (const { text, at = 0, every } of declaration.logs ?? []) parts.push(log(process, text, at, every));
    if (growth > 0) parts.push(grow(process, initial, growth));
    if (declaration.crashAfter !== undefined) parts.push(crash(process, declaration.crashAfter, declaration.exitCode ?? 1));
    parts.push(serve(process, declaration, idle));
    parts.push(stop(process, declaration.shutdown ?? 0));
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

function* log(process: Process, text: string, at: number, every: number | undefined): Task<undefined> {
  yield* process.sleep(at * SECOND);
  for (;;) {
    yield* writeText(process.stdout, `${text}\n`);
    if (every === undefined) return undefined;
    yield* process.sleep(every * SECOND);
  }
}

function* grow(process: Process, initial: number, perSecond: number): Task<undefined> {
  for (let memory = initial; ; memory += perSecond) {
    process.use({ memory });
    yield* process.sleep(SECOND);
  }
}

function* crash(process: Process, after: number, code: number): Task<number> {
  yield* process.sleep(after * SECOND);
  return code;
}

function* serve(process: Process, declaration: ImageDeclaration, idle: number): Task<number | undefined> {
  yield* process.sleep((declaration.startupDelay ?? 0) * SECOND);
  const readyAt = process.now() + (declaration.readyAfter ?? 0) * SECOND;
  const perRequest = declaration.cpu?.perRequest ?? 0;
  for (const port of declaration.ports ?? []) {
    process.net.serveHttp(port, (request): ServedResponse => {
      const path = request.path.split('?')[0] as string;
      const response = declaration.responses?.[path] ?? declaration.responses?.['*'];
      const took = (response?.took ?? perRequest) * SECOND;
      if (perRequest > 0) process.use({ cpu: idle + 1000 });
      if (response === undefined && (path === '/ready' || path === '/healthz') && process.now() < readyAt) return { status: 503, body: 'not ready\n' };
      return { status: response?.status ?? 200, body: response?.body ?? `${process.hostname}\n`, took: Math.round(took) };
    });
  }
  return undefined;
}

function* stop(process: Process, shutdown: number): Task<number> {
  yield* untilSignal(process, ['TERM', 'INT']);
  say(process.stderr, 'received SIGTERM\n');
  if (shutdown < 0) for (;;) yield* process.sleep(3600 * SECOND);
  yield* process.sleep(shutdown * SECOND);
  return 0;
}

function quantity(text: string, image: string): number {
  const parsed = parseQuantity(text);
  if (parsed === undefined) throw new Error(`image "${image}": "${text}" is no quantity`);
  return Number(parsed.nanos / 1_000_000_000n);
}

function milli(text: string, image: string): number {
  return Math.round(quantity(text.endsWith('m') ? text.slice(0, -1) : `${Number(text) * 1000}`, image));
}
