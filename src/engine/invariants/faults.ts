import type { Fault } from '../faults/fault.ts';

/** What a run may break: chosen by two numbers, of which the second says how. */
export type AnyFault = (which: number, size: number, pod: string | undefined) => Fault | undefined;

const SIGNALS = ['SEGV', 'ABRT', 'KILL'];
const TROUBLES = ['unreachable', 'unauthorized', 'missing', 'rate-limited'];
const SKEWS = ['10m', '-1h', '2h'];

const node = (which: number): string => `node-${1 + (which % 3)}`;
const any = (texts: readonly string[], which: number): string => texts[which % texts.length] ?? '';
const inPod = (pod: string | undefined, fault: object): Fault | undefined =>
  pod === undefined ? undefined : ({ ...fault, target: pod } as Fault);

export const ANY_FAULT: readonly AnyFault[] = [
  (which) => ({ fault: 'node-stopped', target: node(which) }),
  (which, size) => ({ fault: 'node-shutdown', target: node(which), ...(size % 2 === 0 ? { period: '20s', critical: '5s' } : {}) }),
  (which) => ({ fault: 'component-stopped', target: any(['controller-manager', 'scheduler'], which) }),
  (which) => ({ fault: 'component-stopped', target: any(['kubelet', 'kube-proxy'], which) + `@${node(which)}` }),
  (which, size) => ({ fault: 'node-partitioned', target: node(which), from: any(['control-plane', 'nodes', 'all'], size) }),
  (_which, size, pod) => inPod(pod, { fault: 'process-crashed', signal: any(SIGNALS, size), ...(size % 2 === 0 ? { after: '20s' } : {}) }),
  (_which, _size, pod) => inPod(pod, { fault: 'process-hung' }),
  (_which, _size, pod) => inPod(pod, { fault: 'memory-filled' }),
  (which) => ({ fault: 'memory-filled', target: node(which) }),
  (which) => ({ fault: 'disk-filled', target: node(which) }),
  (_which, size) => ({ fault: 'registry-broken', target: 'docker.io', how: any(TROUBLES, size) }),
  (which) => ({ fault: 'pull-slowed', target: node(which), factor: '20' }),
  (which, size) => ({ fault: 'clock-skewed', target: node(which), by: any(SKEWS, size) }),
];
