import { say, untilSignal } from '../../../os/daemon.ts';
import { NetworkError, type Process, type Program, type ServedRequest, type ServedResponse } from '../../../os/process.ts';
import { run, start, suspend, type Task } from '../../../os/task.ts';
import { decode } from '../../../os/text.ts';
import { SECOND, type Millis } from '../../../sim/time.ts';
import { Load } from './load.ts';

/** How a web app behaves. Times in ms, memory in bytes. */
export interface WebAppOptions {
  readonly port: number;
  readonly name: string;
  readonly version: string;
  readonly message: string;
  /** Until it listens, and until it is ready. */
  readonly startupDelay: Millis;
  readonly readyDelay: Millis;
  readonly delay: Millis;
  /** Of a hundred requests so many are answered with 500. */
  readonly errorRate: number;
  readonly memory: number;
  readonly memoryPerRequest: number;
  /** Gained a second. */
  readonly memoryGrowth: number;
  /** ms of CPU that a request takes. */
  readonly cpuPerRequest: number;
  /** On TERM: `graceful` is not ready any more and finishes what it has begun, `rude` drops it, `ignore` waits for KILL. */
  readonly shutdown: 'graceful' | 'rude' | 'ignore';
  /** How long a graceful one goes on taking requests. */
  readonly drain: Millis;
}

/** A web app with the pages that probes and lessons ask for: /healthz, /readyz, /metrics, /version, /env, /headers, /delay/N, /status/N, /echo, /panic. */
export function webApp(options: (process: Process) => WebAppOptions | string): Program {
  return function* app(process: Process): Task<number> {
    const given = options(process);
    if (typeof given === 'string') {
      say(process.stderr, `${given}\n`);
      return 1;
    }
    const running = new WebApp(process, given);
    try {
      return yield* running.run();
    } finally {
      running.gone = true;
    }
  };
}

class WebApp {
  gone = false;
  readonly #load: Load;
  #live = true;
  #ready = false;
  #open = 0;
  /** Requests answered so far, by status. */
  readonly #answered = new Map<number, number>();
  #end: ((code: number) => void) | undefined;

  constructor(
    readonly process: Process,
    readonly options: WebAppOptions,
  ) {
    this.#load = new Load(process, { memory: options.memory, cpu: 1 });
  }

  *run(): Task<number> {
    const { process, options } = this;
    if (options.memoryGrowth > 0) start(this.#grow());
    if (options.startupDelay > 0) yield* process.sleep(options.startupDelay);
    process.net.serveHttp(options.port, (request) => this.#counted(request));
    this.#log('info', `Starting HTTP Server.`, { addr: `:${options.port}` });
    if (options.readyDelay > 0) yield* process.sleep(options.readyDelay);
    this.#ready = true;
    return yield* suspend<number>((resume) => {
      this.#end = resume;
      if (options.shutdown === 'ignore') return () => {};
      const stopping = run(this.#stop(), resume, () => resume(1));
      return () => stopping.kill();
    });
  }

  *#stop(): Task<number> {
    const { process, options } = this;
    const signal = yield* untilSignal(process, ['TERM', 'INT']);
    if (options.shutdown === 'rude') return signal === 'TERM' ? 143 : 130;
    this.#ready = false;
    this.#log('info', 'Shutting down HTTP server', { timeout: `${options.drain / SECOND}s` });
    yield* process.sleep(options.drain);
    while (this.#open > 0) yield* process.sleep(10);
    return 0;
  }

  *#counted(request: ServedRequest): Task<ServedResponse> {
    if (request.path.split('?')[0] === '/metrics') return this.#metrics();
    const response = yield* this.#serve(request);
    this.#answered.set(response.status, (this.#answered.get(response.status) ?? 0) + 1);
    return response;
  }

  #metrics(): ServedResponse {
    const series = [...this.#answered].map(([status, count]) => `http_requests_total{status="${status}"} ${count}\n`);
    const head = '# HELP http_requests_total The total number of HTTP requests.\n# TYPE http_requests_total counter\n';
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: `${head}${series.join('')}` };
  }

  *#serve(request: ServedRequest): Task<ServedResponse> {
    const { process, options } = this;
    const [path = '/'] = request.path.split('?');
    const page = this.#page(path, request);
    if (page !== undefined) return page;
    this.#open++;
    if (options.memoryPerRequest > 0) this.#load.keep(options.memoryPerRequest);
    yield* this.#load.work(options.cpuPerRequest);
    const wait = options.delay + 1000 * Number(/^\/delay\/(\d+(?:\.\d+)?)$/.exec(path)?.[1] ?? 0);
    if (wait > 0) yield* process.sleep(wait);
    this.#open--;
    if (this.gone)
      throw new NetworkError('ECONNRESET', `read tcp ${process.net.addresses[0] ?? ''}:${options.port}: read: connection reset by peer`);
    if (options.errorRate > 0 && process.random(100) < options.errorRate) return json(500, { code: 500, message: 'Internal Server Error' });
    return this.#answer(path, request);
  }

  /** What is answered at once, whatever the load. */
  #page(path: string, { method }: ServedRequest): ServedResponse | undefined {
    if (path === '/healthz') return this.#live ? json(200, { status: 'OK' }) : json(503, { status: 'error' });
    if (path === '/readyz') return this.#ready ? json(200, { status: 'OK' }) : json(503, { status: 'error' });
    const [, part, way] = /^\/(readyz|healthz)\/(enable|disable)$/.exec(path) ?? [];
    if (part === undefined) return undefined;
    if (method !== 'POST') return json(405, { code: 405, message: 'Method Not Allowed' });
    if (part === 'readyz') this.#ready = way === 'enable';
    else this.#live = way === 'enable';
    return json(202, { status: 'accepted' });
  }

  #answer(path: string, request: ServedRequest): ServedResponse {
    const { process, options } = this;
    const status = /^\/status\/(\d{3})$/.exec(path)?.[1];
    if (status !== undefined) return json(Number(status), { status: Number(status) });
    if (path.startsWith('/delay/')) return json(200, { delay: Number(path.slice(7)) });
    switch (path) {
      case '/':
      case '/api/info':
        return json(200, { hostname: process.hostname, version: options.version, message: options.message, runtime: options.name });
      case '/version':
        return json(200, { version: options.version });
      case '/env':
        return json(
          200,
          Array.from(process.env, ([name, value]) => `${name}=${value}`),
        );
      case '/headers':
        return json(200, Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value]])));
      case '/echo':
        return { status: 202, headers: { 'content-type': 'application/json' }, body: decode(request.body) };
      case '/panic':
        this.#log('panic', 'Panic command received');
        this.#end?.(255);
        return { status: 200 };
      default:
        return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
    }
  }

  *#grow(): Task<void> {
    while (!this.gone) {
      yield* this.process.sleep(SECOND);
      if (!this.gone) this.#load.keep(this.options.memoryGrowth);
    }
  }

  #log(level: string, message: string, more: object = {}): void {
    const ts = new Date(this.process.now()).toISOString();
    say(this.process.stderr, `${JSON.stringify({ level, ts, caller: this.options.name, msg: message, ...more })}\n`);
  }
}

function json(status: number, body: unknown): ServedResponse {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body, null, 2) };
}
