import { describe, expect, it } from 'vitest';
import { newAuthority } from '../api/x509/certificate-authority.ts';
import { certify } from '../api/x509/serving-certificate.ts';
import { pipe } from '../os/pipe.ts';
import { NetworkError, type Connection, type HttpProgress, type HttpRequest, type ServedRequest } from '../os/process.ts';
import { run } from '../os/task.ts';
import { decode, encode, readAll, readBytes } from '../os/text.ts';
import { Simulation } from '../sim/simulation.ts';
import { NetworkNamespace, type Socket } from './namespace.ts';
import { VirtualNetwork } from './network.ts';

const SPAN = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
const CA = newAuthority({ seed: 'test', name: 'test-ca', ...SPAN });
const SERVER = certify(CA, {
  commonName: 'hook',
  dnsNames: ['hook.default.svc'],
  ipAddresses: ['10.0.0.2'],
  usages: ['server auth'],
  seed: 'hook',
  ...SPAN,
});
const CLIENT = certify(CA, { commonName: 'jane', usages: ['client auth'], seed: 'jane', ...SPAN });

class World {
  readonly sim = new Simulation({ seed: 1, start: Date.UTC(2026, 5, 1) });
  readonly network = new VirtualNetwork({ sim: this.sim });
  readonly client = this.open('10.0.0.1');
  readonly server = this.open('10.0.0.2');
  readonly said: string[] = [];

  open(address: string): Socket {
    const hosts = new Map([['hook.default.svc', '10.0.0.2']]);
    return new NetworkNamespace({ network: this.network, actor: address, addresses: [address], hosts }).open();
  }

  serveTls(handler: (request: ServedRequest) => { status: number; body?: string; took?: number }): void {
    this.server.serveHttp(443, handler, () => ({
      certificate: SERVER.certificate,
      asksForCertificate: true,
      onError: (text) => this.said.push(text),
    }));
  }

  /** What a request brings: a status with its body, or why there was none. */
  ask(request: Omit<HttpRequest, 'method'> & { method?: string }, from = this.client): string {
    let outcome = 'no answer';
    const task = function* () {
      const response = yield* from.http({ method: 'GET', ...request });
      return `${response.status} ${yield* readAll(response.body)}`;
    };
    run(task(), (text) => (outcome = text), (error) => (outcome = `${(error as NetworkError).code}: ${(error as Error).message}`)); // prettier-ignore
    this.sim.runFor(600_000);
    return outcome;
  }
}

const TRUST = { ca: CA.certificate };

describe('TLS', () => {
  it('carries requests to a server that proves itself', () => {
    const world = new World();
    const seen: ServedRequest[] = [];
    world.serveTls((request) => (seen.push(request), { status: 201, body: `${request.method} ${decode(request.body)}` }));
    const progress: HttpProgress[] = [];
    const answer = world.ask({
      method: 'POST',
      url: 'https://hook.default.svc/mutate?timeout=10s',
      body: encode('x'.repeat(100_000)),
      tls: { ...TRUST, cert: CLIENT.certificate },
      onProgress: (step) => progress.push(step),
    });
    expect(answer).toBe(`201 POST ${'x'.repeat(100_000)}`);
    expect(seen[0]).toMatchObject({
      path: '/mutate?timeout=10s',
      headers: { host: 'hook.default.svc', 'content-length': '100000' },
      tls: { serverName: 'hook.default.svc', certificates: CLIENT.certificate },
    });
    expect(progress.map(({ kind }) => kind)).toEqual(['resolved', 'dialling', 'server-certificate', 'connected']);
    expect(progress[2]).toMatchObject({ certificate: { subject: 'CN=hook', issuer: 'CN=test-ca', matched: 'hook.default.svc' } });
    const hops = world.sim.log.entries.filter(({ verb }) => verb === 'packet').map(({ detail }) => (detail as { text: string }).text);
    expect(hops).toContain('POST /mutate?timeout=10s');
    expect(hops.at(-1)).toBe('201');
  });

  it('fails in the words of Go when it does not', () => {
    const world = new World();
    world.serveTls(() => ({ status: 200 }));
    const prefix = 'ECERT: tls: failed to verify certificate: x509:';
    expect(world.ask({ url: 'https://hook.default.svc/', tls: {} })).toBe(`${prefix} certificate signed by unknown authority`);
    expect(world.said).toEqual(['http: TLS handshake error from 10.0.0.1: remote error: tls: bad certificate']);
    expect(world.ask({ url: 'https://10.0.0.2/', tls: { ...TRUST, serverName: 'other.svc' } })).toBe(
      `${prefix} certificate is valid for hook.default.svc, not other.svc`,
    );
    expect(world.ask({ url: 'https://10.0.0.2/', tls: TRUST })).toBe('200 ');
    expect(world.ask({ url: 'https://10.0.0.2/', tls: { insecure: true } })).toBe('200 ');
    world.sim.runUntil(Date.UTC(2028, 0, 1));
    expect(world.ask({ url: 'https://hook.default.svc/', tls: TRUST })).toBe(
      `${prefix} certificate has expired or is not yet valid: current time 2028-01-01T00:00:00Z is after 2027-01-01T00:00:00Z`,
    );
  });

  it('and plain HTTP notice each other', () => {
    const world = new World();
    world.serveTls(() => ({ status: 200 }));
    world.server.serveHttp(80, () => ({ status: 200 }));
    world.server.listen(6379, (connection) => connection.output.close());
    expect(world.ask({ url: 'http://10.0.0.2:443/' })).toBe('400 Client sent an HTTP request to an HTTPS server.\n');
    expect(world.said).toEqual(['http: TLS handshake error from 10.0.0.1: client sent an HTTP request to an HTTPS server']);
    expect(world.ask({ url: 'https://10.0.0.2:80/', tls: TRUST })).toBe('EPROTO: http: server gave HTTP response to HTTPS client');
    expect(world.ask({ url: 'https://10.0.0.2:6379/', tls: TRUST })).toBe('ECONNRESET: EOF');
    expect(world.ask({ url: 'https://10.0.0.2:1/', tls: TRUST })).toBe('ECONNREFUSED: dial tcp 10.0.0.2:1: connect: connection refused');
  });

  it('waits as long as it is told', () => {
    const world = new World();
    world.serveTls(() => ({ status: 200, took: 5000 }));
    const began = world.sim.now;
    let error: unknown;
    run(world.client.http({ method: 'GET', url: 'https://10.0.0.2/', tls: TRUST, timeout: 1000 }), () => {}, (e) => (error = e)); // prettier-ignore
    world.sim.runUntilTrue(() => error !== undefined);
    expect([(error as NetworkError).code, world.sim.now - began]).toEqual(['ETIMEDOUT', 1000]);
  });

  it('ends with the process at either side', () => {
    const world = new World();
    let closed = 0;
    const open = (): ReturnType<typeof pipe> => {
      const stream = pipe();
      world.server.serveHttp(
        443,
        () => ({ status: 200, body: { ...stream.reader, close: () => (closed++, stream.writer.close()) } }),
        () => ({ certificate: SERVER.certificate }),
      );
      return stream;
    };
    const first = open();
    let text = '';
    const watch = function* () {
      const { body } = yield* world.client.http({ method: 'GET', url: 'https://10.0.0.2/', tls: TRUST });
      for (let bytes = yield* body.read(); bytes !== undefined; bytes = yield* body.read()) text += decode(bytes);
      text += ' end';
    };
    run(watch(), () => {}, (error) => (text += (error as Error).message)); // prettier-ignore
    world.sim.runFor(100);
    first.writer.push(encode('one '));
    world.sim.runFor(100);
    first.writer.push(encode('two'));
    world.sim.runFor(100);
    expect(text).toBe('one two');
    world.client.close();
    world.sim.runFor(100);
    expect([closed > 0, text]).toEqual([true, 'one twounexpected EOF']);
    // And the other way round.
    world.server.close();
    text = '';
    open();
    run(watch(), () => {}, (error) => (text += (error as Error).message)); // prettier-ignore
    world.sim.runFor(100);
    world.server.close();
    world.sim.runFor(100);
    expect(text).toBe('unexpected EOF');
  });
});

describe('a connection', () => {
  it('is silent when the machine at the other end loses its power', () => {
    const world = new World();
    let powered = true;
    world.network.plug({ node: 'n1', podRange: undefined, powered: () => powered });
    const server = new NetworkNamespace({ network: world.network, actor: 'pod', addresses: ['10.0.0.3'], node: 'n1' }).open();
    let accepted: Connection | undefined;
    server.listen(7, (connection) => (accepted = connection));
    let heard = '';
    const task = function* () {
      const { input } = yield* world.client.connect('10.0.0.3', 7);
      for (let bytes = yield* input.read(); bytes !== undefined; bytes = yield* input.read()) heard += decode(bytes);
      heard += ' end';
    };
    run(task(), () => {}, () => {}); // prettier-ignore
    world.sim.runFor(10);
    run(accepted?.output.write(encode('hello')) as never, () => {}, () => {}); // prettier-ignore
    world.sim.runFor(10);
    accepted?.close();
    powered = false;
    world.sim.runFor(10_000);
    expect(heard).toBe('hello');
  });
});

describe('HTTP without TLS', () => {
  it('is answered by tasks too, and streamed', () => {
    const world = new World();
    world.server.serveHttp(80, function* (request) {
      const { body } = yield* world.server.http({ method: 'GET', url: 'http://10.0.0.2:81/' });
      return { status: 200, body: `${request.path}: ${decode(yield* readBytes(body))}` };
    });
    world.server.serveHttp(81, () => {
      const stream = pipe();
      world.sim.after(50, () => stream.writer.push(encode('later')));
      world.sim.after(60, () => stream.writer.close());
      return { status: 200, body: stream.reader };
    });
    expect(world.ask({ url: 'http://10.0.0.2/a' })).toBe('200 /a: later');
  });
});
