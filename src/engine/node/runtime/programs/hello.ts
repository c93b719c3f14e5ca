import { say, untilSignal } from '../../../os/daemon.ts';
import type { Process, Program, ServedRequest, ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { Load } from './load.ts';

const MiB = 1024 * 1024;

interface Small {
  readonly port: (process: Process) => number;
  readonly started?: (process: Process, port: number) => string;
  readonly answer: (process: Process, request: ServedRequest) => ServedResponse;
  readonly logged?: (process: Process, request: ServedRequest) => string;
  readonly memory: number;
  /** ms of CPU a request. */
  readonly cpu: number;
  /** Exit code on TERM; unset: it has no handler, and KILL ends it. */
  readonly ends?: number;
}

function small({ port: portOf, started, answer, logged, memory, cpu, ends }: Small): Program {
  return function* serve(process: Process): Task<number> {
    const port = portOf(process);
    const load = new Load(process, { memory, cpu: 1 });
    process.net.serveHttp(port, function* (request) {
      yield* load.work(cpu);
      const line = logged?.(process, request);
      if (line !== undefined) say(process.stderr, `${line}\n`);
      return answer(process, request);
    });
    const line = started?.(process, port);
    if (line !== undefined) say(process.stderr, `${line}\n`);
    yield* untilSignal(process, ends === undefined ? ['INT'] : ['TERM', 'INT']);
    return ends ?? 130;
  };
}

const goTime = (process: Process): string => new Date(process.now()).toISOString().slice(0, 19).replace(/-/g, '/').replace('T', ' ');
const text = (body: string): ServedResponse => ({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body });

/** `gcr.io/google-samples/hello-app`. */
export function helloApp(version: string): Program {
  return small({
    port: ({ env }) => Number(env.get('PORT') ?? 8080),
    started: (process, port) => `${goTime(process)} Server listening on port ${port}`,
    logged: (process, { path }) => `${goTime(process)} Serving request: ${path}`,
    answer: ({ hostname }) => text(`Hello, world!\nVersion: ${version}\nHostname: ${hostname}\n`),
    memory: 6 * MiB,
    cpu: 1,
  });
}

/** `gcr.io/google-samples/kubernetes-bootcamp`, of the tutorials. */
export function bootcamp(version: string): Program {
  return small({
    port: () => 8080,
    started: () => 'Kubernetes Bootcamp App Started',
    logged: ({ hostname, now }, { path }) => `Running On: ${hostname} | Total Requests: ${path} | App Uptime: ${now()}`,
    answer: ({ hostname }) => text(`Hello Kubernetes bootcamp! | Running on: ${hostname} | v=${version}\n`),
    memory: 20 * MiB,
    cpu: 2,
  });
}

/** `registry.k8s.io/hpa-example`: a page that works hard, for autoscaling. */
export const hpaExample = small({
  port: () => 80,
  logged: (process, { method, path, remote, headers }) =>
    `${remote} - - [${new Date(process.now()).toISOString()}] "${method} ${path} HTTP/1.1" 200 177 "-" "${headers['user-agent'] ?? '-'}"`,
  answer: () => text('OK!'),
  memory: 12 * MiB,
  cpu: 100,
  ends: 0,
});

/** `traefik/whoami`. */
export const whoami = small({
  port: ({ argv, env }) =>
    Number(/(\d+)$/.exec(argv.find((arg) => /^--?port=/.test(arg)) ?? '')?.[1] ?? env.get('WHOAMI_PORT_NUMBER') ?? 80),
  started: (process, port) => `${goTime(process)} Starting up on port ${port}`,
  answer: ({ hostname, net }, { remote, method, path, headers }) =>
    text(
      [
        `Hostname: ${hostname}`,
        'IP: 127.0.0.1',
        ...net.addresses.map((ip) => `IP: ${ip}`),
        `RemoteAddr: ${remote}`,
        `${method} ${path} HTTP/1.1`,
        `Host: ${headers['host'] ?? ''}`,
        ...Object.entries(headers)
          .filter(([name]) => name !== 'host')
          .map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (part) => part.toUpperCase())}: ${value}`),
        '',
        '',
      ].join('\n'),
    ),
  memory: 5 * MiB,
  cpu: 1,
});

/** `hashicorp/http-echo -text=… [-listen=:5678]`. */
export const httpEcho: Program = function* httpEcho(process: Process): Task<number> {
  const flag = (name: string): string | undefined => {
    const at = process.argv.findIndex((arg) => new RegExp(`^--?${name}(=|$)`).test(arg));
    if (at < 0) return undefined;
    const arg = process.argv[at] as string;
    return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : process.argv[at + 1];
  };
  const body = flag('text') ?? process.env.get('ECHO_TEXT') ?? '';
  if (body === '') {
    yield* writeText(process.stderr, 'Missing -text option!\n');
    return 127;
  }
  const listen = flag('listen') ?? ':5678';
  const status = Number(flag('status-code') ?? 200);
  const server = small({
    port: () => Number(listen.slice(listen.lastIndexOf(':') + 1)),
    started: () => `${goTime(process)} [INFO] server is listening on ${listen}`,
    logged: (_, request) =>
      `${goTime(process)} ${request.headers['host'] ?? ''} ${request.remote} "${request.method} ${request.path} HTTP/1.1" ${status} ${body.length + 1} "${request.headers['user-agent'] ?? ''}" 10µs`,
    answer: (_, { path }) =>
      path === '/health'
        ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}\n' }
        : {
            ...text(`${body}\n`),
            status,
            headers: { 'x-app-name': 'http-echo', 'x-app-version': '1.0.0', 'content-type': 'text/plain; charset=utf-8' },
          },
    memory: 5 * MiB,
    cpu: 1,
    ends: 0,
  });
  return yield* server(process);
};
