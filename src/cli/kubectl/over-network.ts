import type { WatchEvent } from '../../engine/api/meta.ts';
import type { ByteStream, WatchStream } from '../../engine/apiserver/types.ts';
import { NetworkError, type HttpResponse, type Process, type Program, type Reader } from '../../engine/os/process.ts';
import { run, type Task } from '../../engine/os/task.ts';
import { encode, forEachLine, readAll } from '../../engine/os/text.ts';
import type { KubeConfig } from './kubeconfig.ts';
import { createKubectl } from './kubectl.ts';
import { ConnectionError, type ApiCall, type ApiTransport } from './transport.ts';

type Programs = (flavour: string) => Readonly<Record<string, Program>>;

/** The programs of images whose flavour has `+kubectl`: what they carry already, and a kubectl that goes over the cluster's network. */
export function withKubectl(programs: Programs): Programs {
  const kubectl = createKubectl(overNetwork);
  const made = new Map<string, Readonly<Record<string, Program>>>();
  return (flavour) => {
    let all = made.get(flavour);
    if (all === undefined)
      made.set(flavour, (all = flavour.split('+').includes('kubectl') ? { ...programs(flavour), kubectl } : programs(flavour)));
    return all;
  };
}

/** kubectl's way to the API from a pod: HTTPS over the network that the process lives in. */
export function overNetwork(process: Process, config: KubeConfig): ApiTransport {
  return {
    *request(call) {
      if (/\/(exec|attach|portforward)$/.test(call.path))
        throw new ConnectionError('OTHER', 'exec, attach and port-forward are not modelled in a pod');
      const { status: code, headers, body } = yield* send(process, config, call);
      if (code < 400 && call.query?.['watch'] === 'true') return { code, headers, stream: watchStream(body) };
      if (code < 400 && call.query?.['follow'] === 'true') return { code, headers, stream: byteStream(body) };
      return { code, headers, body: yield* readAll(body) };
    },
  };
}

function* send(process: Process, config: KubeConfig, call: ApiCall): Task<HttpResponse> {
  const { server, ca, cert, key, insecure, token, tlsServerName } = config;
  const body = call.body === undefined || typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
  const given = Object.entries(call.headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]);
  const url = `${server}${call.path}${search(call)}`;
  try {
    return yield* process.net.http({
      method: call.method,
      url,
      headers: {
        'user-agent': 'kubectl/v1.36.3',
        ...(Object.fromEntries(given) as Record<string, string>),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: encode(body) }),
      tls: {
        insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
      },
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const { code, message } = error;
    const known = code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH';
    throw new ConnectionError(known ? code : code === 'ECERT' ? 'TLS' : 'OTHER', message);
  }
}

function search(call: ApiCall): string {
  const pairs = Object.entries(call.query ?? {}).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function watchStream(body: Reader): WatchStream {
  return {
    kind: 'watch',
    subscribe({ event, end }) {
      const lines = forEachLine(body, function* (line) {
        if (line !== '') event(JSON.parse(line) as WatchEvent);
      });
      return follow(body, lines, end);
    },
  };
}

function byteStream(body: Reader): ByteStream {
  return {
    kind: 'bytes',
    subscribe({ data, end }) {
      const bytes = function* (): Task<void> {
        for (let chunk = yield* body.read(); chunk !== undefined; chunk = yield* body.read()) data(chunk);
      };
      return follow(body, bytes(), end);
    },
  };
}

/** A connection that breaks ends the stream, as for client-go. */
function follow(body: Reader, task: Task<void>, end: () => void): () => void {
  const running = run(task, end, (error) => {
    if (!(error instanceof NetworkError)) throw error;
    end();
  });
  return () => {
    running.kill();
    body.close();
  };
}
