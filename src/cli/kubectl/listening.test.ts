import { expect, test } from 'vitest';
import { MemoryFiles } from '../../engine/os/files.ts';
import type { Connection, HttpHandler, Process, ServedResponse } from '../../engine/os/process.ts';
import { run } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readerOf, writerTo } from '../../engine/os/text.ts';
import { createKubectl } from './kubectl.ts';
import type { ApiAnswer, ApiCall } from './transport.ts';
import type { JsonObject } from './values.ts';

// The commands that listen on their own machine: what comes in there goes on to the cluster.

const resource = (name: string, kind: string): JsonObject => ({
  resource: name,
  responseKind: { group: '', version: 'v1', kind },
  scope: 'Namespaced',
  singularResource: kind.toLowerCase(),
  verbs: ['get'],
});
const POD: JsonObject = {
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] },
  status: { phase: 'Running' },
};
const ANSWERS: Readonly<Record<string, JsonObject>> = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      { metadata: { name: '' }, versions: [{ version: 'v1', resources: [resource('pods', 'Pod'), resource('services', 'Service')] }] },
    ],
  },
  '/apis': { kind: 'APIGroupDiscoveryList', items: [] },
  '/api/v1/namespaces/default/pods': { items: [POD] },
  '/api/v1/namespaces/default/pods/p': POD,
  '/api/v1/namespaces/default/services/s': {
    metadata: { name: 's' },
    spec: { clusterIP: '10.96.0.9', selector: { app: 'p' }, ports: [{ port: 80, targetPort: 'web' }] },
  },
};

interface Machine {
  out: string;
  readonly calls: ApiCall[];
  readonly sent: string[];
  readonly accept: Map<number, (connection: Connection) => void>;
  readonly serve: Map<number, HttpHandler>;
}

function start(line: string): Machine {
  const machine: Machine = { out: '', calls: [], sent: [], accept: new Map(), serve: new Map() };
  const write = writerTo((bytes) => (machine.out += decode(bytes)));
  const process = {
    pid: 1,
    argv: line.split(' '),
    env: new Map([['HOME', '/root']]),
    cwd: '/root',
    stdin: readerOf(''),
    stdout: write,
    stderr: write,
    files: new MemoryFiles(() => 0),
    net: {
      listen: (port: number, accept: (connection: Connection) => void) => machine.accept.set(port, accept),
      serveHttp: (port: number, handler: HttpHandler) => machine.serve.set(port, handler),
    },
    now: () => 0,
    random: () => 7,
  } as unknown as Process;
  const kubectl = createKubectl(() => ({
    // eslint-disable-next-line require-yield
    *request(call): Task<ApiAnswer> {
      machine.calls.push(call);
      if (call.path.endsWith('/portforward')) {
        const open = (port: number) => ({
          input: writerTo((bytes) => machine.sent.push(`${port}: ${decode(bytes)}`)),
          output: readerOf(`hello from ${port}`),
        });
        return { code: 101, headers: {}, stream: { kind: 'port-forward', ports: [], open } };
      }
      const body = ANSWERS[call.path];
      return body === undefined ? { code: 404, headers: {}, body: { kind: 'Status', code: 404 } } : { code: 200, headers: {}, body };
    },
  }));
  run(kubectl(process), () => {}, (error) => (machine.out += String(error))); // prettier-ignore
  return machine;
}

function dial(machine: Machine, port: number, text: string): string {
  let got = '';
  machine.accept.get(port)?.({
    remote: 'me',
    input: readerOf(text),
    output: writerTo((bytes) => (got += decode(bytes))),
    close: () => {},
  });
  return got;
}

test('port-forward carries a connection both ways', () => {
  const machine = start('kubectl port-forward pod/p 9000:web');
  expect(machine.out).toBe('Forwarding from 127.0.0.1:9000 -> 8080\nForwarding from [::1]:9000 -> 8080\n');
  expect(dial(machine, 9000, 'ping')).toBe('hello from 8080');
  expect(machine.sent).toEqual(['8080: ping']);
  expect(machine.out).toContain('Handling connection for 9000\n');
});

test('port-forward takes a service’s port to that of its pod', () => {
  expect(start('kubectl port-forward service/s 9000:80').out).toContain('127.0.0.1:9000 -> 8080\n');
  expect(start('kubectl port-forward service/s 81').out).toBe('error: Service s does not have a service port 81\n');
  expect(start('kubectl port-forward p nope').out).toBe("error: Pod 'p' does not have a named port 'nope'\n");
});

test('proxy hands requests on, and keeps out those that would run commands', () => {
  const machine = start('kubectl proxy --port=8001');
  expect(machine.out).toBe('Starting to serve on 127.0.0.1:8001\n');
  const ask = (path: string, host = 'localhost:8001'): { status: number; body: string } => {
    let found = { status: 0, body: '' };
    const answer = machine.serve.get(8001)?.({
      method: 'GET',
      path,
      headers: { host, authorization: 'x' },
      body: new Uint8Array(),
      remote: 'me',
    });
    const handled = function* (): Task<ServedResponse> {
      if (answer === undefined) throw new Error('nobody listens');
      return 'status' in answer ? answer : yield* answer;
    };
    run(handled(), ({ status, body }) => (found = { status, body: String(body) }), (error) => { throw error; }); // prettier-ignore
    return found;
  };
  expect(JSON.parse(ask('/api/v1/namespaces/default/pods/p?pretty=true').body)).toEqual(POD);
  expect(machine.calls.at(-1)).toMatchObject({ path: '/api/v1/namespaces/default/pods/p', query: { pretty: ['true'] } });
  expect(machine.calls.at(-1)?.headers).not.toHaveProperty('authorization');
  expect(ask('/api/v1/namespaces/default/pods/p/exec?command=sh').status).toBe(403);
  expect(ask('/api', 'evil.example').status).toBe(403);
});
