import type { Process } from '../../engine/os/process.ts';
import { encode } from '../../engine/os/text.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';
import { Failure } from './failure.ts';

/** The machine that this runs on. Throws `Failure` where it is none of the cluster's. */
export function machineHere(process: Process, machines: MachineControl): MachineFacts {
  const found = machines.all().find(({ name }) => name === process.hostname);
  if (found === undefined)
    throw new Failure(
      `kubeadm: ${process.hostname} is no machine of the cluster, and kubeadm makes none: run it on one (ssh NAME); lab node add NAME --bare brings one`,
    );
  return found;
}

/** Writes a file, and the directories above it. */
export function place(process: Process, path: string, text: string, mode = 0o600): void {
  process.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
  process.files.write(path, encode(text), { mode });
}

/** Empties a directory. */
export function clear(process: Process, directory: string): void {
  if (!process.files.exists(directory)) return;
  for (const name of process.files.list(directory)) process.files.remove(`${directory}/${name}`, { recursive: true });
}
