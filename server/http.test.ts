import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../src/engine/api/kinds/index.ts';
import { ApiServer } from '../src/engine/apiserver/server.ts';
import type { ApiRequest } from '../src/engine/apiserver/types.ts';
import { Store } from '../src/engine/etcd/store.ts';
import { Simulation } from '../src/engine/sim/simulation.ts';
import type { Backend } from './backend.ts';
import { serveHttp, type Serving } from './http.ts';
import { labEndpoint } from './lab.ts';
import { parseOptions } from './options.ts';
import { Pacer } from './pacer.ts';

// Plain HTTP: everybody is anonymous here, which is enough for what these tests look at.
let serving: Serving;
let sim: Simulation;
let pacer: Pacer;
const requests: ApiRequest[] = [];

beforeAll(async () => {
  sim = new Simulation({ seed: 1 });
  pacer = new Pacer(sim, 1, () => undefined);
  const apiserver = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined });
  const backend: Backend = {
    handle(request, answered) {
      requests.push(request);
      if (request.path === '/crash') throw new Error('a fault of the engine');
      answered(apiserver.answer(request));
    },
  };
  serving = await serveHttp({ backend, port: 0, lab: labEndpoint(() => ({ sim, pacer, reset: () => undefined })) });
});
afterAll(() => serving.close());

const send = (path: string, init?: RequestInit): Promise<Response> => fetch(`${serving.url}${path}`, init);
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(serving.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', () => resolve(answer));
    setTimeout(() => socket.destroy(), 500).unref();
  });

describe('serveHttp', () => {
  test('answers, also HEAD', async () => {
    expect(await (await send('/version')).json()).toMatchObject({ gitVersion: 'v1.36.3' });
    const head = await send('/version', { method: 'HEAD' });
    expect(await head.text()).toBe('');
  });

  test('headers that claim an identity are not passed on', async () => {
    await send('/version', { headers: { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' } });
    expect(Object.keys(requests.at(-1)?.headers ?? {}).filter((name) => name.startsWith('x-remote'))).toEqual([]);
    expect(requests.at(-1)?.credentials).toBeUndefined();
    expect((await send('/api/v1/nodes')).status).toBe(403);
  });

  test('paths are left as they came', async () => {
    await raw('GET /api/v1/namespaces/a%2Fb/pods/..?x=1&x=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(requests.at(-1)).toMatchObject({ path: '/api/v1/namespaces/a%2Fb/pods/..', query: { x: ['1', '2'] } });
  });

  test('too long a body is refused', async () => {
    const response = await send('/api/v1/namespaces', { method: 'POST', body: 'x'.repeat(3 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      kind: 'Status',
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    });
  });

  test('bad clients and faults of the engine do not end it', async () => {
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    await raw('GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: x\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\n\r\n');
    await raw('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort');
    const silenced = console.error;
    console.error = () => undefined;
    expect((await send('/crash')).status).toBe(500);
    console.error = silenced;
    expect((await send('/version')).status).toBe(200);
  });
});

describe('/_lab/', () => {
  test('moves the clock', async () => {
    const before = sim.now;
    expect(await (await send('/_lab/advance?ms=60000', { method: 'POST' })).json()).toMatchObject({
      now: new Date(before + 60_000).toISOString(),
    });
    expect((await send('/_lab/advance?ms=-1', { method: 'POST' })).status).toBe(400);
    expect((await send('/_lab/advance')).status).toBe(405);
    expect(await (await send('/_lab/pause', { method: 'POST' })).json()).toMatchObject({ paused: true });
    expect(await (await send('/_lab/speed?factor=10', { method: 'POST' })).json()).toMatchObject({ speed: 10 });
    expect((await send('/_lab/nothing')).status).toBe(404);
  });

  test('shows the log and its hash', async () => {
    const page = (await (await send('/_lab/log?from=1')).json()) as { entries: { seq: number }[]; total: number };
    expect(page.entries[0]?.seq).toBe(1);
    expect(await (await send('/_lab/hash')).json()).toEqual({ hash: sim.log.hash(), entries: sim.log.entries.length });
  });
});

describe('options', () => {
  test('mistakes are told', () => {
    expect(() => parseOptions(['--nodse', '3'])).toThrow('unknown option: --nodse');
    expect(() => parseOptions(['--nodes', 'three'])).toThrow('option --nodes: "three" is not a whole number from 0 to 5000');
    expect(() => parseOptions(['--port'])).toThrow('option --port needs a value');
    expect(() => parseOptions(['--scenario', '/nowhere.yaml'])).toThrow('cannot read /nowhere.yaml: ENOENT');
    expect(parseOptions(['--port=0', '--lab', '--speed', '2.5'])).toMatchObject({ port: 0, lab: true, speed: 2.5, nodes: 3 });
  });
});
