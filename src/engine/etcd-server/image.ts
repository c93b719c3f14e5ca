import type { Image } from '../os/image.ts';
import type { Process, Program } from '../os/process.ts';
import { suspend, type Task } from '../os/task.ts';
import { decode, writeText } from '../os/text.ts';
import { formatTime } from '../sim/time.ts';
import type { EtcdCluster } from './cluster.ts';
import { CLIENT_PORT, DATA_DIR, type EtcdMember } from './member.ts';

/** `registry.k8s.io/etcd`: in the static pod of the control plane its program keeps the member up; elsewhere it is a member that was added. */
export function etcdImage(cluster: () => EtcdCluster | undefined): Image {
  const program: Program = (process) => etcd(process, cluster());
  return {
    repository: 'registry.k8s.io/etcd',
    hasTag: (tag) => /^3\.[56]\.\d+-\d+$/.test(tag),
    size: 60_000_000,
    // No distribution, and no shell: the tools are all there is.
    flavour: 'scratch+etcdctl',
    entrypoint: ['etcd'],
    programs: { etcd: program, '/usr/local/bin/etcd': program },
  };
}

function* etcd(process: Process, cluster: EtcdCluster | undefined): Task<number> {
  process.use({ memory: 60 * 1024 * 1024, cpu: 20 });
  const log = (level: string, message: string, more = ''): Task<void> =>
    writeText(process.stderr, `{"level":"${level}","ts":"${formatTime(process.now())}","msg":${JSON.stringify(message)}${more}}\n`);
  yield* log('info', 'Running: ', `,"args":${JSON.stringify(process.argv)}`);
  const member = cluster === undefined ? 'not modelled here: etcd without a control plane' : begin(process, cluster);
  if (typeof member === 'string') {
    yield* log('fatal', 'discovery failed', `,"error":${JSON.stringify(member)}`);
    return 1;
  }
  try {
    yield* log('info', 'ready to serve client requests');
    yield* log('info', 'serving client traffic securely', `,"traffic":"grpc+http","address":"127.0.0.1:${CLIENT_PORT}"`);
    const removed = yield* suspend<boolean>((resume) => {
      for (const signal of ['TERM', 'INT'] as const) process.onSignal(signal, () => resume(false));
      return member.onRemoved(() => resume(true));
    });
    if (!removed) return 0;
    yield* log('warn', 'server error', ',"error":"the member has been permanently removed from the cluster"');
    return 1;
  } finally {
    member.halt(process.files);
  }
}

/** The member whose program this is, which runs from now on; a sentence where there is none. */
function begin(process: Process, cluster: EtcdCluster): EtcdMember | string {
  const flag = etcdFlags(process);
  const dataDir = (flag('data-dir') ?? DATA_DIR).replace(/\/+$/, '');
  const quota = Number(flag('quota-backend-bytes') ?? 0) || undefined;
  if (flag('initial-cluster-state') !== 'existing') {
    const member = cluster.raft.members.find(({ machine }) => machine === process.hostname);
    if (member === undefined)
      return 'not modelled here: a second cluster of etcd; etcdctl member add, then --initial-cluster-state=existing';
    return member.boot(process.files, dataDir, quota, flag('cert-file')) ?? member;
  }
  const peers = (flag('initial-advertise-peer-urls') ?? '').split(',');
  const member = cluster.waiting(peers);
  if (member === undefined)
    return `error validating peerURLs: no member with ${peers.join()} was added; etcdctl member add ${flag('name') ?? 'default'} --peer-urls=${peers.join()}`;
  const clients = (flag('advertise-client-urls') ?? '').split(',');
  const [certificate, authority] = ['cert-file', 'trusted-ca-file'].map((name) => flag(name));
  if (clients[0]?.startsWith('https:') === true) {
    for (const path of [certificate, authority])
      if (path === undefined || !process.files.exists(path)) return `open ${path ?? '--cert-file'}: no such file or directory`;
    const shown = { certificate: decode(process.files.read(certificate ?? '')) };
    process.net.serveHttp(
      CLIENT_PORT,
      member.handler,
      member.tls(() => shown),
    );
  } else process.net.serveHttp(CLIENT_PORT, member.handler);
  member.join(flag('name') ?? 'default', clients, dataDir, quota);
  return member;
}

/** Flags of etcd, from its arguments or as `ETCD_DATA_DIR` and the like from its environment. */
function etcdFlags({ argv, env }: Process): (name: string) => string | undefined {
  return (name) => {
    const prefix = `--${name}`;
    const at = argv.findIndex((each) => each === prefix || each.startsWith(`${prefix}=`));
    if (at < 0) return env.get(`ETCD_${name.toUpperCase().replaceAll('-', '_')}`);
    return (argv[at] as string).includes('=') ? (argv[at] as string).slice(prefix.length + 1) : argv[at + 1];
  };
}
