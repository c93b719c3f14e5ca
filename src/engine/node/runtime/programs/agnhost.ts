import type { Process, Program, ServedRequest, ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { pause, say, untilSignal } from '../../../os/daemon.ts';
import { conversionWebhook } from './agnhost-conversion.ts';
import { grpcHealthChecking } from './agnhost-grpc.ts';
import { webhook } from './agnhost-webhook.ts';

/** `registry.k8s.io/e2e-test-images/agnhost`: the servers that Kubernetes' own tests and documentation use. */
export const agnhost: Program = function* agnhost(process: Process): Task<number> {
  const [, command, ...args] = process.argv;
  process.use({ memory: 10 * 1024 * 1024, cpu: 1 });
  switch (command) {
    case undefined:
      yield* writeText(process.stdout, 'Usage:\n  app [command]\n');
      return 0;
    case 'pause':
      yield* writeText(process.stdout, 'Paused\n');
      return yield* pause(process);
    case 'netexec':
      return yield* netexec(process, args);
    case 'serve-hostname':
      return yield* serve(process, numberFlag(args, 'port', 9376), () => ({ status: 200, body: process.hostname }));
    case 'test-webserver':
      return yield* serve(process, numberFlag(args, 'port', 80), () => ({ status: 200, body: 'Hello from agnhost\n' }));
    case 'liveness':
      return yield* liveness(process);
    case 'porter':
      return yield* porter(process);
    case 'grpc-health-checking':
      return yield* grpcHealthChecking(process, args);
    case 'webhook':
      return yield* webhook(process, args);
    case 'crd-conversion-webhook':
      return yield* conversionWebhook(process, args);
    case 'entrypoint-tester':
      yield* writeText(process.stdout, `[${process.argv.join(' ')}]\n`);
      return 0;
    default:
      // Not everything of the real image exists here; cobra's own words for what does not.
      yield* writeText(process.stderr, `Error: unknown command "${command}" for "app"\nRun 'app --help' for usage.\n`);
      return 1;
  }
};

function* serve(process: Process, port: number, handler: (request: ServedRequest) => ServedResponse): Task<number> {
  process.net.serveHttp(port, handler);
  say(process.stderr, `Serving on port ${port}.\n`);
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

function* netexec(process: Process, args: readonly string[]): Task<number> {
  const port = numberFlag(args, 'http-port', 8080);
  const began = process.now();
  const delay = numberFlag(args, 'delay-shutdown', 0);
  say(process.stderr, `Started HTTP server on port ${port}\n`);
  process.net.serveHttp(port, (request) => {
    const [path = '/', search = ''] = request.path.split('?');
    const query = new Map(search.split('&').map((pair) => pair.split('=').map(unescapeQuery) as [string, string | undefined]));
    say(process.stderr, `${new Date(process.now()).toISOString().slice(0, 19)}Z GET ${path}\n`);
    switch (path) {
      case '/':
        return { status: 200, body: `NOW: ${new Date(process.now()).toISOString()}` };
      case '/hostname':
      case '/hostName':
        return { status: 200, body: process.hostname };
      case '/clientip':
        return { status: 200, body: `${request.remote}:${32768 + process.random(28000)}` };
      case '/echo':
        return { status: Number(query.get('code') ?? 200), body: query.get('msg') ?? '' };
      case '/header':
        return { status: 200, body: request.headers[(query.get('key') ?? '').toLowerCase()] ?? '' };
      case '/healthz':
        return { status: 200, body: '' };
      case '/uptime':
        return { status: 200, body: String((process.now() - began) / SECOND) };
      default:
        return { status: 404, body: '404 page not found\n' };
    }
  });
  yield* untilSignal(process, ['TERM', 'INT']);
  yield* process.sleep(delay * SECOND);
  return 0;
}

/** Healthy for ten seconds, then 500 for ever: the documentation's liveness example. */
function* liveness(process: Process): Task<number> {
  const began = process.now();
  return yield* serve(process, 8080, (request) => {
    if (request.path !== '/healthz') return { status: 200, body: new Date(process.now()).toISOString() };
    const seconds = (process.now() - began) / SECOND;
    return seconds > 10 ? { status: 500, body: `error: ${seconds}` } : { status: 200, body: 'ok' };
  });
}

/** A server for each variable `SERVE_PORT_<port>=<body>`. */
function* porter(process: Process): Task<number> {
  for (const [name, value] of process.env) {
    const match = /^SERVE_PORT_(\d+)$/.exec(name);
    if (match !== null) process.net.serveHttp(Number(match[1]), () => ({ status: 200, body: value }));
  }
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

function numberFlag(args: readonly string[], name: string, fallback: number): number {
  const index = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (index < 0) return fallback;
  const text = (args[index] as string).includes('=') ? (args[index] as string).split('=')[1] : args[index + 1];
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? fallback : value;
}

function unescapeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}
