import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { refuse, say } from './answers.ts';

/** What survives what: the shapes of the course, as scenarios have them. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  'single-master': [],
  'all-in-one': ['controlPlane: { taints: [] }', 'nodes: []'],
  'multi-master': ['controlPlaneReplicas: 3'],
  'external-etcd': ['externalEtcd: 3'],
  ha: ['controlPlaneReplicas: 3', 'externalEtcd: 3'],
};
const RUNTIMES = ['containerd', 'cri-o', 'docker'];
const WORKERS = 3;
const USAGE = `write lab cluster new [--shape ${Object.keys(SHAPES).join('|')}] [--etcd N] [--workers N] [--runtime ${RUNTIMES.join('|')}] > FILE`;

/**
 * `lab cluster new`: the scenario of another topology, on standard output. Who types this lives in the world that is open, so it cannot be
 * exchanged from here: `npm run cluster -- --scenario FILE` opens the other one.
 */
export function* cluster(process: Process, [verb, ...args]: readonly string[]): Task<number> {
  if (verb === 'reset') return yield* refuse(process, 'the page begins a scenario anew; at a server POST /_lab/reset does');
  if (verb === 'upgrade')
    return yield* refuse(process, 'lab upgrade nodes drains and reboots one node after the other; kubeadm upgrade is for versions');
  const flags = verb === 'new' ? read(args) : undefined;
  if (flags === undefined) return yield* refuse(process, USAGE);
  const shape = SHAPES[flags.get('shape') ?? 'single-master'];
  if (shape === undefined)
    return yield* refuse(process, `no shape "${flags.get('shape') ?? ''}"; there are ${Object.keys(SHAPES).join(', ')}`);
  const runtime = flags.get('runtime') ?? 'containerd';
  if (!RUNTIMES.includes(runtime)) return yield* refuse(process, `no runtime "${runtime}"; there are ${RUNTIMES.join(', ')}`);
  const etcd = flags.get('etcd');
  const workers = flags.get('workers') ?? String(WORKERS);
  for (const [flag, count] of [
    ['etcd', etcd ?? '1'],
    ['workers', workers],
  ] as const)
    // prettier-ignore
    if (!/^\d+$/.test(count)) return yield* refuse(process, `--${flag}: "${count}" is no number`);
  const lines = [
    ...shape.filter((line) => etcd === undefined || !line.startsWith('externalEtcd')),
    ...(etcd === undefined ? [] : [`externalEtcd: ${etcd}`]),
  ];
  const machine = (name: string): string => `{ name: ${name}${runtime === 'containerd' ? '' : `, runtime: ${runtime}`} }`;
  if (runtime !== 'containerd' && !lines.some((line) => line.startsWith('controlPlane:')))
    lines.push(`controlPlane: { runtime: ${runtime} }`);
  if (!lines.some((line) => line.startsWith('nodes:')))
    lines.push('nodes:', ...Array.from({ length: Number(workers) }, (_, i) => `  - ${machine(`worker-${i + 1}`)}`));
  return yield* say(
    process,
    `# npm run cluster -- --scenario FILE opens this; what is open here stays as it is.\nname: ${flags.get('shape') ?? 'own'}\n${lines.join('\n')}\n`,
  );
}

function read(args: readonly string[]): ReadonlyMap<string, string> | undefined {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name, attached] = /^--(shape|etcd|workers|runtime)(?:=(.*))?$/.exec(args[i] as string) ?? [];
    const value = attached ?? (name === undefined ? undefined : args[++i]);
    if (name === undefined || value === undefined) return undefined;
    flags.set(name, value);
  }
  return flags;
}
