import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KINDS } from '../src/engine/api/kinds/index.ts';
import { ApiServer } from '../src/engine/apiserver/server.ts';
import type { Credentials, KubeletServer } from '../src/engine/apiserver/types.ts';
import { Store } from '../src/engine/etcd/store.ts';
import { suspend, type Task } from '../src/engine/os/task.ts';
import { Simulation } from '../src/engine/sim/simulation.ts';
import { makeCertificates } from './certificates.ts';
import { serveHttp, type Serving } from './http.ts';
import { kubeconfig } from './kubeconfig.ts';
import { DICTIONARY } from './spdy.ts';

const installed = spawnSync('kubectl', ['version', '--client']).status === 0;
const ADMIN: Credentials = { kind: 'certificate', user: 'admin', groups: ['system:masters'] };

/** A kubelet whose pods greet whoever sends a request to any port but 81. */
const kubelet: Partial<KubeletServer> = {
  portForward: (_namespace, _pod, ports) => ({
    kind: 'port-forward',
    ports,
    open(port) {
      const out: Uint8Array[] = [];
      let over = false;
      let wake: (() => void) | undefined;
      const input = {
        *write(bytes: Uint8Array): Task<void> {
          if (!new TextDecoder().decode(bytes).includes('\r\n\r\n')) return;
          out.push(new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nport ${port}`));
          over = true;
          wake?.();
        },
        close: () => wake?.(),
      };
      const output = {
        *read(): Task<Uint8Array | undefined> {
          if (out.length === 0 && !over) {
            yield* suspend<void>((resume) => {
              wake = () => resume();
              return () => undefined;
            });
          }
          return out.shift();
        },
        close: () => undefined,
      };
      return port === 81 ? { input, output, error: 'nobody listens on 81' } : { input, output };
    },
  }),
};

let serving: Serving;
let home: string;

beforeAll(async () => {
  const sim = new Simulation({ seed: 1 });
  const apiserver = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => kubelet as KubeletServer });
  const post = (path: string, body: object): number => apiserver.answer({ method: 'POST', path, body, credentials: ADMIN }).code;
  post('/api/v1/namespaces', { metadata: { name: 'default' } });
  post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  post('/api/v1/nodes', { metadata: { name: 'n1' } });
  expect(
    post('/api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'nginx' }] },
    }),
  ).toBe(201);
  const path = '/api/v1/namespaces/default/pods/p';
  const pod = apiserver.answer({ method: 'GET', path, credentials: ADMIN }).body as { status: object };
  apiserver.answer({
    method: 'PUT',
    path: `${path}/status`,
    body: { ...pod, status: { ...pod.status, phase: 'Running' } },
    credentials: ADMIN,
  });
  const certificates = await makeCertificates(['127.0.0.1'], { user: 'admin', groups: ['system:masters'] });
  serving = await serveHttp({ backend: { handle: (request, answered) => answered(apiserver.answer(request)) }, port: 0, certificates });
  home = mkdtempSync(join(tmpdir(), 'kubernotes-test-'));
  writeFileSync(join(home, 'kubeconfig'), kubeconfig(serving.url, certificates));
});
afterAll(async () => {
  await serving?.close();
  rmSync(home, { recursive: true, force: true });
});

// RFC 1950 names a dictionary by its Adler-32; SPDY/3's is well known.
test('the header dictionary is the one of SPDY/3', () => {
  let [a, b] = [1, 0];
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  expect(((b << 16) | a) >>> 0).toBe(0xe3c6a7c2);
});

// Through a WebSocket, and as kubectl did before that.
test.skipIf(!installed).each(['true', 'false'])(
  'kubectl port-forward, WebSockets %s: HTTP both ways, several connections, errors',
  { timeout: 20_000 },
  async (webSockets) => {
    const forward = spawn('kubectl', ['port-forward', 'pod/p', ':80', ':81'], {
      env: { ...process.env, HOME: home, KUBECONFIG: join(home, 'kubeconfig'), KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets },
    });
    let seen = '';
    const take = (chunk: Buffer): void => void (seen += chunk.toString());
    forward.stdout.on('data', take);
    forward.stderr.on('data', take);
    const local = (port: number): string | undefined => new RegExp(`127\\.0\\.0\\.1:(\\d+) -> ${port}`).exec(seen)?.[1];
    await expect.poll(() => local(81), { timeout: 10_000 }).toBeDefined();
    expect(await get(Number(local(80)))).toBe('port 80');
    expect(await Promise.all([get(Number(local(80))), get(Number(local(80)))])).toEqual(['port 80', 'port 80']);
    await expect(get(Number(local(81)))).rejects.toThrow();
    await expect.poll(() => seen, { timeout: 5000 }).toContain('an error occurred forwarding');
    expect(seen).toContain('nobody listens on 81');
    forward.kill();
  },
);

function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end();
  });
}
