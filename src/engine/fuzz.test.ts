import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { Kind } from './api/kind.ts';
import type { Status } from './api/meta.ts';
import { TestServer } from './apiserver/test-server.ts';
import type { ApiRequest, ApiResponse } from './apiserver/types.ts';
import { Choices, requests } from './fuzz-requests.ts';

// Whatever comes in at the front door, it is answered: with an object or a well-formed Status, without an exception, and a refusal
// has changed nothing. `FUZZ=100000` asks that many times.
const environment = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const RUNS = Number(environment['FUZZ'] ?? 2000);
// Mistakes of the client that the real server, too, answers as its own.
const REAL_FAULTS =
  /without impersonating a user|target\.name: Required value|^unknown patch type: |^failed to (create typed patch|convert new) object/;
/** Requests that one run sends to its server. */
const REQUESTS = 8;

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const shapes = PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).length);

describe('the front door', () => {
  test(`answers ${RUNS} runs of requests that nobody should send`, { timeout: 20_000 + RUNS * 60 }, () => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 600, size: 'max' }), (numbers) => {
        const api = new TestServer();
        api.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } });
        const { kind, asked } = requests(new Choices(numbers), REQUESTS);
        for (const request of asked) check(api, request);
        api.sim.runFor(5_000);
        isReadable(api, kind);
      }),
      {
        numRuns: RUNS,
        ...(environment['FUZZ_SEED'] === undefined ? {} : { seed: Number(environment['FUZZ_SEED']) }),
        endOnFailure: environment['FUZZ_FAST'] !== undefined,
      },
    );
  });
});

function check(api: TestServer, asked: ApiRequest): void {
  const before = api.store.revision;
  let response: ApiResponse;
  try {
    response = api.server.answer({ ...asked, credentials: { kind: 'certificate', user: 'kubernetes-admin', groups: ['system:masters'] } });
    open(response);
  } catch (error) {
    throw new Error(`${show(asked)}\nthrew ${(error as Error).stack?.split('\n').slice(0, 8).join('\n') ?? String(error)}`, {
      cause: error,
    });
  }
  const wrong = fault(asked, response, api.store.revision !== before);
  if (wrong !== undefined) throw new Error(`${wrong}\n${show(asked)}\n${JSON.stringify(response.body)?.slice(0, 600)}`);
}

/** What is wrong with an answer, in words. */
function fault({ method, query }: ApiRequest, { code, body, stream }: ApiResponse, written: boolean): string | undefined {
  if (!Number.isInteger(code) || code < 200 || code > 599) return `code ${code}`;
  if (stream === undefined && typeof body === 'object') {
    const status = body as Status;
    JSON.stringify(status);
    if (
      code >= 400 &&
      (status.kind !== 'Status' || status.status !== 'Failure' || status.code !== code || typeof status.message !== 'string')
    )
      return 'a refusal that is no Status';
    if (code < 400 && status.kind === 'Status' && status.status !== 'Success') return 'a success with a failed Status';
    if (code === 500 && !REAL_FAULTS.test(status.message ?? '')) return 'an internal error';
  }
  // The shape of an answer is found impossible when it is written, after the object was stored; a collection is deleted one by one.
  const unshown = code === 406 || (code === 400 && /includeObject/.test((body as Status).message ?? ''));
  const excused = unshown || method === 'DELETE';
  if (written && code >= 400 && !excused) return 'a refused request has written';
  if (written && [query?.['dryRun'] ?? []].flat()[0] === 'All') return 'a dry run has written';
  if (written && (method === 'GET' || method === 'HEAD')) return 'a read has written';
  const polluted =
    PROTOTYPES.some((prototype, i) => Object.getOwnPropertyNames(prototype).length !== shapes[i]) || 'polluted' in Object.prototype;
  return polluted ? 'a prototype has changed' : undefined;
}

function open({ stream }: ApiResponse): void {
  if (stream?.kind === 'watch') stream.subscribe({ event: (event) => JSON.stringify(event), end: () => {} });
  else if (stream?.kind === 'bytes') stream.subscribe({ data: () => {}, end: () => {} });
}

/** What was stored can be read again, as a list and as a table. */
function isReadable(api: TestServer, { group, version, resource }: Kind): void {
  const path = group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
  for (const accept of ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io']) {
    const { code, body } = api.call('GET', path, undefined, { headers: { accept } });
    if (code !== 200 && code !== 405) throw new Error(`${path} cannot be read: ${JSON.stringify(body)}`);
    JSON.stringify(body);
  }
}

function show({ method, path, query, headers, body }: ApiRequest): string {
  return `${method} ${path} ${JSON.stringify(query)} ${JSON.stringify(headers)} ${String(body).slice(0, 2000)}`;
}
