import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptions } from '../src/engine/apiserver/openapi/definitions.ts';
import { openCluster, type Cluster } from '../src/engine/cluster.ts';
import type { Utilities } from '../src/engine/node/runtime/image-files.ts';
import { defaultScenario, type Scenario } from '../src/engine/scenario.ts';
import type { Backend } from './backend.ts';
import { makeCertificates } from './certificates.ts';
import { serveHttp } from './http.ts';
import { kubeconfig } from './kubeconfig.ts';
import { labEndpoint } from './lab.ts';
import { Pacer } from './pacer.ts';

/** The names under which the server's certificate is good. */
const NAMES = ['127.0.0.1', '::1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '10.96.0.1'];
/** The administrator of kubeadm's kubeconfig. */
const ADMIN = { user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:masters'] };
/** About as long as a cluster takes to come up, in virtual ms. */
const BOOT = 90_000;

export interface StartOptions {
  /** Workers of the default scenario. */
  readonly nodes?: number;
  readonly scenario?: Scenario;
  readonly seed?: number;
  /** RFC 3339; without it the scenario's, or else such that virtual and wall time agree: clients compute ages by their own clock. */
  readonly start?: string;
  readonly port?: number;
  readonly speed?: number;
  readonly lab?: boolean;
  /** Plain HTTP, without certificates. */
  readonly http?: boolean;
  readonly programs?: Utilities;
}

export interface RunningCluster {
  readonly url: string;
  /** Text of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The cluster at present; `/_lab/reset` puts another in its place. */
  readonly cluster: Cluster;
  readonly pacer: Pacer;
  close(): Promise<void>;
}

/** Opens a cluster, paces it and serves it. */
export async function startCluster(options: StartOptions): Promise<RunningCluster> {
  const certificates = options.http === true ? undefined : await makeCertificates(NAMES, ADMIN);
  const given = options.scenario ?? defaultScenario(options.nodes);
  const open = (): { cluster: Cluster; pacer: Pacer } => {
    const aligned = options.start === undefined && given.start === undefined;
    const start = options.start ?? given.start ?? new Date(Date.now() - BOOT).toISOString();
    const clusterOptions = {
      scenario: { ...given, start },
      descriptions,
      // Certificates that the cluster signs are good for this very server.
      ...(certificates === undefined ? {} : { authority: { certificate: certificates.ca, key: certificates.caKey } }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.programs === undefined ? {} : { programs: options.programs }),
    };
    const cluster = openCluster(clusterOptions);
    if (aligned && cluster.sim.now < Date.now()) cluster.sim.runUntil(Date.now());
    const pacer = new Pacer(cluster.sim, options.speed ?? 1, (error) => console.error('the simulation stopped:', error));
    pacer.start();
    return { cluster, pacer };
  };
  let world = open();
  const backend: Backend = {
    handle: (request, answered) => {
      world.pacer.sync();
      world.cluster.request(request, answered);
    },
    closeStream: (stream) => world.cluster.closeStream(stream),
    after: () => world.pacer.nudge(),
  };
  const reset = (): void => {
    world.cluster.apiserver.stop();
    world.pacer.stop();
    world = open();
  };
  const serving = await serveHttp({
    backend,
    port: options.port ?? 0,
    ...(certificates === undefined ? {} : { certificates }),
    ...(options.lab === true ? { lab: labEndpoint(() => ({ sim: world.cluster.sim, pacer: world.pacer, reset })) } : {}),
  });
  return {
    url: serving.url,
    kubeconfig: kubeconfig(serving.url, certificates),
    get cluster() {
      return world.cluster;
    },
    get pacer() {
      return world.pacer;
    },
    async close() {
      world.pacer.stop();
      await serving.close();
    },
  };
}

/** Texts for `kubectl explain`, read when first asked for. */
function descriptions(): Descriptions {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../src/engine/api/generated/descriptions.json'), 'utf8')) as Descriptions;
}
