import { KINDS } from '../../api/kinds/index.ts';
import type { Json } from '../../api/meta.ts';
import { Store } from '../../etcd/store.ts';
import { Simulation } from '../../sim/simulation.ts';
import { storeBootstrapObjects } from '../bootstrap-objects.ts';
import { ApiServer } from '../server.ts';
import type { ApiResponse, Credentials } from '../types.ts';
import { Placeholders } from './placeholders.ts';
import { requestOf } from './requests.ts';
import type { RecordedRequest, RecordedResponse, Scenario } from './scenario.ts';

const SUPER_ADMIN: Credentials = { kind: 'certificate', user: 'kubernetes-super-admin', groups: ['system:masters'] };

export interface Played {
  readonly request: RecordedRequest;
  readonly wanted: RecordedResponse;
  /** What was answered, as it would have been recorded: equal to `wanted` when it fits. */
  readonly got: RecordedResponse;
}

/** Plays a scenario step by step in a world of its own. */
export function* play(scenario: Scenario): Generator<Played> {
  const world = new World();
  const placeholders = new Placeholders();
  const answers: Json[] = [];
  for (const { request, response: wanted } of scenario.steps) {
    const answer = world.answer(request, answers);
    answers.push(answer.body);
    const body = comparable(answer.body, scenario.managedFields === true);
    const got: RecordedResponse = {
      code: answer.code,
      ...(wanted.body === undefined ? {} : { body: placeholders.applied(wanted.body, body) }),
      ...(answer.warnings.length === 0 ? {} : { warnings: placeholders.applied(wanted.warnings as Json, answer.warnings) as string[] }),
      ...(wanted.contentType === undefined ? {} : { contentType: answer.contentType }),
    };
    yield { request, wanted, got };
  }
}

interface Answer {
  readonly code: number;
  readonly body: Json;
  readonly warnings: string[];
  readonly contentType: string;
}

/** A fresh control plane without controllers or nodes, and an empty namespace `corpus`. */
class World {
  readonly #sim = new Simulation({ seed: 1 });
  readonly #server: ApiServer;

  constructor() {
    const store = new Store(this.#sim);
    // The recorded server knows nothing of what this cluster does not model.
    const options = { kinds: KINDS, kubelets: () => undefined, freeze: true, inertWarnings: false };
    this.#server = new ApiServer({ sim: this.#sim, store, ...options });
    storeBootstrapObjects(this.#sim, store);
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'corpus']) {
      this.#make('/api/v1/namespaces', { metadata: { name } });
      this.#make(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
    }
    this.#make('/api/v1/namespaces/default/services', {
      metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
    });
  }

  answer(recorded: RecordedRequest, answers: readonly Json[]): Answer {
    const request = requestOf(recorded, answers, this.#sim.now);
    const stranger = recorded.anonymous === true || request.headers?.['authorization'] !== undefined;
    const response = this.#server.answer({ ...request, ...(stranger ? {} : { credentials: SUPER_ADMIN }) });
    return {
      code: response.code,
      body: response.stream === undefined ? bodyOf(response) : this.#watched(response, Number(recorded.query?.['timeoutSeconds'])),
      warnings: warningsOf(response),
      contentType: String(response.headers['content-type'] ?? ''),
    };
  }

  /** The events of a watch until the server ends it. */
  #watched({ stream }: ApiResponse, seconds: number): Json {
    const events: Json[] = [];
    if (stream?.kind !== 'watch') throw new Error(`a stream of ${stream?.kind} is not recorded`);
    stream.subscribe({ event: (event) => events.push(asJson(event)), end: () => {} });
    this.#sim.runFor((seconds || 1) * 1000 + 10);
    return events.length === 0 ? '' : events;
  }

  #make(path: string, body: object): void {
    const { code, body: answer } = this.#server.answer({ method: 'POST', path, body, credentials: SUPER_ADMIN });
    if (code !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  }
}

function bodyOf({ headers, body = '' }: ApiResponse): Json {
  // Indented JSON comes as text.
  return typeof body === 'string' && body !== '' && String(headers['content-type']).includes('json')
    ? (JSON.parse(body) as Json)
    : asJson(body);
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function warningsOf({ headers }: ApiResponse): string[] {
  return [headers['warning'] ?? []].flat().map((line) => line.replace(/^299 - "(.*)"$/, '$1').replace(/\\(.)/g, '$1'));
}

/** Without what no record holds: the credential's id, and field managers unless the scenario is about them. */
function comparable(value: Json, managedFields: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => comparable(item, managedFields));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    if (key === 'metadata' && !managedFields) item = without(item, 'managedFields');
    if (key === 'extra') {
      item = without(item, 'authentication.kubernetes.io/credential-id');
      if (typeof item === 'object' && Object.keys(item ?? {}).length === 0) return [];
    }
    return [[key, comparable(item, managedFields)]];
  });
  return Object.fromEntries(kept);
}

function without(value: Json, key: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { [key]: _, ...rest } = value;
  return rest;
}
