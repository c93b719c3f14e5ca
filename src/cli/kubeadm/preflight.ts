import { quantityValue } from '../../engine/api/quantity.ts';
import { NetworkError, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { MachineFacts } from '../machines.ts';
import { phaseFailure } from './failure.ts';

/** A check's complaint, with the name by which `--ignore-preflight-errors` knows it. */
export interface Complaint {
  readonly check: string;
  readonly text: string;
}

/** Of `kubeadm init`; less than this there cannot be. */
const LEAST = { cpus: 2, memory: 1700 };
const MB = 1024 * 1024;

/** What speaks against a control plane on a machine, in kubeadm's order. */
export function* controlPlaneComplaints(process: Process, machine: MachineFacts): Task<Complaint[]> {
  const complaints: Complaint[] = [];
  const cpus = Number(machine.cpu.endsWith('m') ? Number(machine.cpu.slice(0, -1)) / 1000 : machine.cpu);
  if (cpus < LEAST.cpus)
    complaints.push({ check: 'NumCPU', text: `the number of available CPUs ${Math.floor(cpus)} is less than the required ${LEAST.cpus}` });
  const memory = Math.floor(quantityValue(machine.memory) / MB);
  if (memory < LEAST.memory)
    complaints.push({ check: 'Mem', text: `the system RAM (${memory} MB) is less than the minimum ${LEAST.memory} MB` });
  complaints.push(...(yield* portsInUse(process, machine, [6443, 10259, 10257])));
  for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'])
    complaints.push(...present(process, `/etc/kubernetes/manifests/${part}.yaml`));
  complaints.push(...(yield* portsInUse(process, machine, [10250, 2379, 2380])));
  if (process.files.exists('/var/lib/etcd') && process.files.list('/var/lib/etcd').length > 0)
    complaints.push({ check: 'DirAvailable--var-lib-etcd', text: '/var/lib/etcd is not empty' });
  return complaints;
}

/** `FileAvailable`: a file that should not be there. */
export function present(process: Process, path: string): Complaint[] {
  if (!process.files.exists(path)) return [];
  return [{ check: `FileAvailable-${path.replaceAll('/', '-')}`, text: `${path} already exists` }];
}

/** `Port`: somebody listens already. */
export function* portsInUse(process: Process, machine: MachineFacts, ports: readonly number[]): Task<Complaint[]> {
  const used: Complaint[] = [];
  for (const port of ports) {
    // Of etcd's two ports the peers' is not to be seen here: it is as the clients'.
    const shown = port === 2380 ? 2379 : port;
    if (yield* answers(process, machine.address, shown)) used.push({ check: `Port-${port}`, text: `Port ${port} is in use` });
  }
  return used;
}

function* answers(process: Process, address: string, port: number): Task<boolean> {
  try {
    (yield* process.net.connect(address, port, { timeout: 1000 })).close();
    return true;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

/** Tells what was found; what is not ignored ends the command. */
export function* judge(process: Process, complaints: readonly Complaint[], ignored: string | undefined): Task<void> {
  const passed = new Set((ignored ?? '').toLowerCase().split(','));
  const isIgnored = ({ check }: Complaint): boolean => passed.has('all') || passed.has(check.toLowerCase());
  for (const each of complaints.filter(isIgnored)) yield* writeText(process.stderr, `\t[WARNING ${each.check}]: ${each.text}\n`);
  const errors = complaints.filter((each) => !isIgnored(each));
  if (errors.length === 0) return;
  const lines = errors.map(({ check, text }) => `\t[ERROR ${check}]: ${text}\n`).join('');
  throw phaseFailure(
    'preflight',
    `[preflight] Some fatal errors occurred:\n${lines}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
  );
}
