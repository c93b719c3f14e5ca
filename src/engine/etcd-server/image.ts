import { untilSignal } from '../os/daemon.ts';
import type { Image } from '../os/image.ts';
import type { Process, Program } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import { writeText } from '../os/text.ts';
import { formatTime } from '../sim/time.ts';
import { etcdFlags, type EtcdMember } from './member.ts';

/** `registry.k8s.io/etcd`: in the static pod of the control plane its program is what keeps the member up; elsewhere it is refused. */
export function etcdImage(member: () => EtcdMember | undefined): Image {
  const program: Program = (process) => etcd(process, member());
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

function* etcd(process: Process, member: EtcdMember | undefined): Task<number> {
  process.use({ memory: 60 * 1024 * 1024, cpu: 20 });
  const log = (level: string, message: string, more = ''): Task<void> =>
    writeText(process.stderr, `{"level":"${level}","ts":"${formatTime(process.now())}","msg":${JSON.stringify(message)}${more}}\n`);
  const { dataDir, quota } = etcdFlags(process.argv);
  yield* log('info', 'Running: ', `,"args":${JSON.stringify(process.argv)}`);
  if (member === undefined || process.hostname !== member.machine) {
    yield* log('fatal', 'not modelled here: a member beside that of the control plane');
    return 1;
  }
  const problem = member.boot(process.files, dataDir, quota);
  if (problem !== undefined) {
    yield* log('fatal', 'discovery failed', `,"error":${JSON.stringify(problem)}`);
    return 1;
  }
  try {
    yield* log('info', 'ready to serve client requests');
    yield* log('info', 'serving client traffic securely', `,"traffic":"grpc+http","address":"127.0.0.1:2379"`);
    yield* untilSignal(process, ['TERM', 'INT']);
    return 0;
  } finally {
    member.halt(process.files);
  }
}
