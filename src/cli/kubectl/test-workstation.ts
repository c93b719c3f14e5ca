import { ADMIN, openCluster } from '../../engine/cluster.ts';
import type { Cluster } from '../../engine/cluster.ts';
import { MemoryFiles } from '../../engine/os/files.ts';
import { Kernel } from '../../engine/os/kernel.ts';
import { decode, readerOf, writerTo } from '../../engine/os/text.ts';
import { Simulation } from '../../engine/sim/simulation.ts';
import { TEST_NETWORK } from '../../shell/test-machine.ts';
import { bash } from '../../shell/sh.ts';
import { UTILITIES } from '../../shell/utilities/index.ts';
import { createKubectl } from './kubectl.ts';
import { inProcess } from './transport.ts';
import type { ApiTransport } from './transport.ts';
import type { JsonObject } from './values.ts';

// For tests: a machine with kubectl on it, before a real cluster or before a server that only hands out given objects.

export interface Outcome {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export class TestWorkstation {
  readonly files: MemoryFiles;
  readonly #sim: Simulation;
  readonly #connect: () => ApiTransport;

  private constructor(sim: Simulation, connect: () => ApiTransport) {
    this.#sim = sim;
    this.#connect = connect;
    this.files = new MemoryFiles(() => sim.now);
    this.files.makeDirectory('/root', { parents: true });
    this.files.makeDirectory('/tmp', { parents: true });
  }

  static of(cluster: Cluster): TestWorkstation {
    const transport = inProcess(cluster.apiserver, ADMIN);
    return new TestWorkstation(cluster.sim, () => transport({ env: new Map() } as never, {}));
  }

  static onCluster(nodes = 1): TestWorkstation {
    return TestWorkstation.of(openCluster({ nodes, freeze: true }));
  }

  /** Before a server that knows these resources (`deployments.v1.apps/Deployment`) and answers a path with its value. */
  static before(resources: readonly string[], answers: Readonly<Record<string, JsonObject>>): TestWorkstation {
    const known: Readonly<Record<string, JsonObject>> = { ...discoveryOf(resources), ...answers };
    return new TestWorkstation(new Simulation({ seed: 1, start: Date.UTC(2026, 0, 5, 9) }), () => ({
      // eslint-disable-next-line require-yield
      *request({ path }) {
        const body = known[path] ?? (/\/(events|pods|endpointslices)$/.test(path) ? { kind: 'List', items: [] } : undefined);
        return body === undefined ? { code: 404, headers: {}, body: notFound(path) } : { code: 200, headers: {}, body };
      },
    }));
  }

  /** Runs one line of bash to its end, an hour of virtual time at most. */
  run(line: string): Outcome {
    let [out, err] = ['', ''];
    const kubectl = createKubectl(() => this.#connect());
    const programs = new Map(Object.entries({ ...UTILITIES, bash, sh: bash, kubectl }));
    const kernel = new Kernel({
      sim: this.#sim,
      files: this.files,
      net: TEST_NETWORK,
      hostname: 'workstation',
      lookup: (name) => programs.get(name),
      random: this.#sim.random('workstation'),
      foreground: true,
      actor: 'workstation',
    });
    const started = kernel.start(['bash', '-c', line], {
      cwd: '/root',
      env: new Map([['HOME', '/root'], ['PATH', '/usr/bin:/bin']]), // prettier-ignore
      stdin: readerOf(''),
      stdout: writerTo((bytes) => (out += decode(bytes))),
      stderr: writerTo((bytes) => (err += decode(bytes))),
    });
    this.#sim.runUntilTrue(() => started.exitCode !== undefined, 3_600_000);
    return { code: started.exitCode, out, err };
  }
}

function notFound(path: string): JsonObject {
  const name = path.replace(/^.*\//, '');
  return { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: `"${name}" not found` };
}

function discoveryOf(resources: readonly string[]): Record<string, JsonObject> {
  const groups = new Map<string, JsonObject[]>([['', []]]);
  for (const each of resources) {
    const [name = '', kind = ''] = each.split('/');
    const [resource = '', scope = '', ...group] = name.split('.');
    const members = groups.get(group.join('.')) ?? [];
    members.push({
      resource,
      responseKind: { group: group.join('.'), version: 'v1', kind },
      scope: scope === 'cluster' ? 'Cluster' : 'Namespaced',
      singularResource: kind.toLowerCase(),
      verbs: ['get', 'list', 'watch'],
    });
    groups.set(group.join('.'), members);
  }
  const listOf = (wanted: boolean): JsonObject => ({
    kind: 'APIGroupDiscoveryList',
    items: [...groups]
      .filter(([group]) => (group === '') === wanted)
      .map(([group, members]) => ({ metadata: { name: group }, versions: [{ version: 'v1', resources: members }] })),
  });
  return { '/api': listOf(true), '/apis': listOf(false) };
}
