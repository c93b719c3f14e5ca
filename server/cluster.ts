import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCluster, type Cluster } from '../src/engine/cluster.ts';
import { parseScenario, ScenarioError, type Scenario } from '../src/engine/scenario.ts';
import { containerPrograms } from '../src/shell/flavours.ts';
import { makeCertificates } from './certificates.ts';
import { serveHttp, type Backend } from './http.ts';
import { kubeconfig } from './kubeconfig.ts';
import { labEndpoint } from './lab.ts';
import { parseOptions, USAGE, UsageError, type ServerOptions } from './options.ts';
import { Pacer } from './pacer.ts';

/** The names under which the server's certificate is good. */
const NAMES = ['127.0.0.1', '::1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', '10.96.0.1'];
/** The administrator of kubeadm's kubeconfig. */
const ADMIN = { user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:masters'] };

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
export async function startCluster(options: Pick<ServerOptions, 'nodes' | 'port' | 'speed' | 'seed' | 'lab' | 'http'> & { scenario?: Scenario }): Promise<RunningCluster> {
  const open = (): { cluster: Cluster; pacer: Pacer } => {
    const cluster = openCluster({
      nodes: options.nodes,
      programs: containerPrograms,
      ...(options.scenario === undefined ? {} : { scenario: options.scenario }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    });
    const pacer = new Pacer(cluster.sim, options.speed, (error) => {
      console.error('the simulation stopped:', error);
    });
    pacer.start();
    return { cluster, pacer };
  };
  let world = open();
  const backend: Backend = {
    handle: (request) => {
      world.pacer.sync();
      return world.cluster.request(request);
    },
    closeStream: (stream) => world.cluster.closeStream(stream),
    after: () => world.pacer.nudge(),
  };
  const reset = (): void => {
    world.cluster.apiserver.stop();
    world.pacer.stop();
    world = open();
  };
  const certificates = options.http ? undefined : await makeCertificates(NAMES, ADMIN);
  const serving = await serveHttp({
    backend,
    port: options.port,
    ...(certificates === undefined ? {} : { certificates }),
    ...(options.lab ? { lab: labEndpoint(() => ({ sim: world.cluster.sim, pacer: world.pacer, reset })) } : {}),
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

async function main(): Promise<number> {
  let options: ServerOptions;
  let scenario: Scenario | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
    scenario = options.scenario === undefined ? undefined : parseScenario(options.scenario.text, options.scenario.file);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
    process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : `${error.message}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  let running: RunningCluster;
  try {
    const { scenario: _source, ...rest } = options;
    running = await startCluster({ ...rest, ...(scenario === undefined ? {} : { scenario }) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    process.stderr.write(code === 'EADDRINUSE' ? `port ${options.port} is taken; choose another with --port, or 0 for any\n` : `no right to listen on port ${options.port}\n`);
    return 1;
  }
  const file = options.kubeconfig ?? join(mkdtempSync(join(tmpdir(), 'kubernotes-')), 'kubeconfig');
  writeFileSync(file, running.kubeconfig, { mode: 0o600 });
  process.stdout.write(`Kubernetes v1.36 (simulated) at ${running.url}
kubeconfig: ${file}

  export KUBECONFIG=${file}
  kubectl get nodes

Ctrl-C ends it${options.lab ? `; controls at ${running.url}/_lab/status` : ''}.
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await running.close();
  if (options.kubeconfig === undefined) rmSync(dirname(file), { recursive: true, force: true });
  return 0;
}

if (import.meta.main) process.exitCode = await main();
