import { describe, expect, it } from 'vitest';
import { practiceAuthority } from '../api/x509/practice-authority.ts';
import type { ApiRequest, ApiResponse, Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { NetworkNamespace } from '../network/namespace.ts';
import { VirtualNetwork } from '../network/network.ts';
import { finish } from '../os/finish.ts';
import type { Task } from '../os/task.ts';
import { readAll } from '../os/text.ts';
import { Simulation } from '../sim/simulation.ts';
import { openPort, pathGuard, scrape } from './component-port.ts';
import { DelegatedAccess } from './delegated-access.ts';

/** An API server that knows two tokens, and lets one of them see metrics. */
class Reviewer implements Transport {
  readonly asked: unknown[] = [];

  *handle({ path, body }: ApiRequest): Task<ApiResponse> {
    const { spec } = body as { spec: { token?: string; user?: string } };
    this.asked.push(spec);
    const status = path.endsWith('/tokenreviews')
      ? { authenticated: spec.token !== 'forged', user: { username: spec.token, groups: ['system:authenticated'] } }
      : { allowed: spec.user === 'prometheus' };
    return { code: 201, headers: {}, body: { kind: 'Review', metadata: {}, status } };
  }
}

function world(): { reviewer: Reviewer; get: (path: string, token?: string) => string; close: () => boolean } {
  const sim = new Simulation({ seed: 1 });
  const network = new VirtualNetwork({ sim });
  const host = new NetworkNamespace({ network, actor: 'node-1', addresses: ['192.168.0.10'], node: 'node-1', host: true });
  const pod = new NetworkNamespace({ network, actor: 'pod/default/a', addresses: ['10.244.0.5'] });
  const reviewer = new Reviewer();
  const client = new Client(reviewer, 'part', { kind: 'certificate', user: 'part', groups: [] });
  const access = new DelegatedAccess({ sim, client, authority: practiceAuthority(), anonymous: true });
  const page = (path: string): ReturnType<typeof scrape> | undefined =>
    path === '/metrics' || path === '/healthz' ? scrape(`${path} here\n`) : undefined;
  let up = true;
  openPort({ sim, name: 'part', host, port: 10257, running: () => up, guard: pathGuard(access), page });
  const get = (path: string, token?: string): string =>
    finish(
      sim,
      (function* (): Task<string> {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const request = { method: 'GET', url: `https://192.168.0.10:10257${path}`, headers, tls: { insecure: true } };
        const answer = yield* pod.open().http(request);
        return `${answer.status} ${yield* readAll(answer.body)}`;
      })(),
    );
  return { reviewer, get, close: () => (up = false) };
}

describe('the port of a component', () => {
  it('shows health to all, and metrics to who may see the path', () => {
    const { get, reviewer, close } = world();
    expect(get('/healthz')).toBe('200 /healthz here\n');
    expect(get('/metrics')).toContain('"message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/metrics\\""');
    expect(get('/metrics', 'prometheus')).toBe('200 /metrics here\n');
    expect(reviewer.asked.at(-1)).toEqual({
      nonResourceAttributes: { verb: 'get', path: '/metrics' },
      user: 'prometheus',
      groups: ['system:authenticated'],
    });
    expect(get('/metrics', 'forged')).toMatch(/^401 .*"Unauthorized"/);
    expect(get('/nope', 'prometheus')).toBe('404 404 page not found\n');
    close();
    expect(() => get('/healthz')).toThrow('connection refused');
  });
});
