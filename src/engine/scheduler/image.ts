import { load } from 'js-yaml';
import { selfSigned } from '../api/x509/serving-certificate.ts';
import type { Transport } from '../apiserver/types.ts';
import { untilSignal } from '../os/daemon.ts';
import { klog } from '../os/go-log.ts';
import type { Image } from '../os/image.ts';
import type { Process, Program } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import { decode } from '../os/text.ts';
import type { Simulation } from '../sim/simulation.ts';
import { defaultConfiguration } from './configuration/defaults.ts';
import { readConfiguration } from './configuration/read.ts';
import type { KubeSchedulerConfiguration } from './configuration/types.ts';
import { Scheduler } from './scheduler.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const PORT = 10259;

export interface SchedulerWorld {
  readonly sim: Simulation;
  readonly transport: Transport;
}

/** `registry.k8s.io/kube-scheduler`: in a pod of its own it is a further scheduler, with the pod's service account and the file of `--config`. `own`: the program of the control plane's static pod. */
export function kubeSchedulerImage(world: SchedulerWorld, own: Program): Image {
  const program: Program = (process) => kubeScheduler(process, world, own);
  return {
    repository: 'registry.k8s.io/kube-scheduler',
    hasTag: (tag) => /^v1\.3[0-7]\.\d+$/.test(tag),
    size: 25_000_000,
    entrypoint: ['kube-scheduler'],
    programs: { 'kube-scheduler': program, '/usr/local/bin/kube-scheduler': program },
  };
}

function* kubeScheduler(process: Process, { sim, transport }: SchedulerWorld, own: Program): Task<number> {
  if (!process.files.exists(`${SERVICE_ACCOUNT}/token`)) return yield* own(process);
  process.use({ memory: 40 * 1024 * 1024, cpu: 20 });
  let scheduler: Scheduler;
  try {
    const flags = readFlags(process.argv.slice(1));
    const configuration = configurationOf(process, flags);
    scheduler = new Scheduler({
      sim,
      transport,
      name: `pod/${text(process, 'namespace')}/${process.hostname}`,
      host: process.hostname,
      credentials: { kind: 'token', token: text(process, 'token') },
      configuration,
      net: () => process.net,
      ...(flags.leaderElect === undefined ? {} : { leaderElect: flags.leaderElect }),
    });
  } catch (error) {
    klog(process, 'E', 'run.go:72', `"command failed" err=${JSON.stringify((error as Error).message)}`);
    return 1;
  }
  const seed = `kube-scheduler/${process.hostname}/${process.random(2 ** 30)}`;
  let pair: string | undefined;
  process.net.serveHttp(
    PORT,
    ({ path }) => (/^\/(?:healthz|livez|readyz)(?:\?|$)/.test(path) ? { status: 200, body: 'ok' } : { status: 403, body: 'Forbidden' }),
    () => ({ certificate: (pair ??= selfSigned('localhost', process.now(), seed).certificate) }),
  );
  klog(process, 'I', 'server.go:175', '"Starting Kubernetes Scheduler" version="v1.36.3"');
  klog(process, 'I', 'secure_serving.go:211', `Serving securely on [::]:${PORT}`);
  scheduler.start();
  try {
    yield* untilSignal(process, ['TERM', 'INT']);
    return 0;
  } finally {
    scheduler.stop();
  }
}

interface Flags {
  config?: string;
  leaderElect?: boolean;
}

function readFlags(args: readonly string[]): Flags {
  const flags: Flags = {};
  for (const argument of args) {
    const [, name = '', value] = /^--?([a-z-]+)(?:=(.*))?$/.exec(argument) ?? [];
    if (name === 'config' && value !== undefined) flags.config = value;
    else if (name === 'leader-elect') flags.leaderElect = value !== 'false';
    else if (name === 'v' || name === 'secure-port' || name === 'bind-address') continue;
    else throw new Error(`unknown flag: ${argument.split('=')[0] ?? ''}`);
  }
  return flags;
}

function configurationOf(process: Process, { config }: Flags): KubeSchedulerConfiguration {
  if (config === undefined) return defaultConfiguration();
  if (!process.files.exists(config)) throw new Error(`open ${config}: no such file or directory`);
  return readConfiguration(load(decode(process.files.read(config))));
}

function text(process: Process, file: string): string {
  return decode(process.files.read(`${SERVICE_ACCOUNT}/${file}`)).trim();
}
