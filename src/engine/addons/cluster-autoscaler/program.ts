import type { Transport } from '../../apiserver/types.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { Client } from '../../client/client.ts';
import { LeaderElection } from '../../client/leader-election.ts';
import { klog } from '../../os/go-log.ts';
import type { Process } from '../../os/process.ts';
import { suspend, type Task } from '../../os/task.ts';
import { decode, writeText } from '../../os/text.ts';
import { Autoscaler } from './autoscaler.ts';
import { readFlags } from './flags.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const PORT = 8085;

export interface World {
  readonly sim: Simulation;
  readonly transport: Transport;
  readonly cloud: Cloud;
}

/** What runs in the pod: a client with the pod's service account, and of the cloud. */
export function* clusterAutoscaler(process: Process, { sim, transport, cloud }: World): Task<number> {
  process.use({ memory: 60 * 1024 * 1024, cpu: 10 });
  const flags = readFlags(process.argv.slice(1));
  if (typeof flags === 'string') {
    yield* writeText(process.stderr, `${flags}\n`);
    return 2;
  }
  if (!process.files.exists(`${SERVICE_ACCOUNT}/token`)) {
    const why = `open ${SERVICE_ACCOUNT}/token: no such file or directory`;
    klog(process, 'F', 'client.go:80', `Failed to find in-cluster config: ${why}`);
    return 255;
  }
  const text = (file: string): string => decode(process.files.read(`${SERVICE_ACCOUNT}/${file}`)).trim();
  const client = new Client(transport, `pod/${text('namespace')}/${process.hostname}`, { kind: 'token', token: text('token') });
  const say = (line: string): void => klog(process, 'I', 'static_autoscaler.go:1', line);
  klog(process, 'I', 'main.go:290', 'Cluster Autoscaler 1.36.1');
  process.net.serveHttp(PORT, ({ path }) =>
    path === '/health-check' ? { status: 200, body: 'OK' } : { status: 404, body: '404 page not found\n' },
  );

  const autoscaler = new Autoscaler({ sim, client, cloud, flags, say });
  let lost = (): void => {};
  const election = new LeaderElection({
    sim,
    client,
    namespace: flags.namespace,
    name: 'cluster-autoscaler',
    identity: `${process.hostname}`,
    releaseOnStop: true,
    onStartedLeading: () => autoscaler.start(),
    onStoppedLeading: () => lost(),
  });
  try {
    return yield* suspend<number>((resume) => {
      lost = () => {
        klog(process, 'F', 'main.go:340', 'lost master');
        resume(255);
      };
      for (const signal of ['TERM', 'INT'] as const) process.onSignal(signal, () => resume(0));
      if (flags['leader-elect']) election.start();
      else autoscaler.start();
      return () => {};
    });
  } finally {
    lost = () => {};
    election.stop();
    autoscaler.stop();
  }
}
