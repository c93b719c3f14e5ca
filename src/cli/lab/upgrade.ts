import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import type { MachineControl } from '../machines.ts';
import { refuse, say } from './answers.ts';

// A machine's self-test, boot loader and services.
const BOOT = 20_000;

/** `lab upgrade nodes`: one worker after the other is drained, rebooted as after new packages, and given back. */
export function* upgrade(process: Process, machines: MachineControl, [what, ...flags]: readonly string[]): Task<number> {
  if (what !== 'nodes' || flags.length > 0) return yield* refuse(process, 'write lab upgrade nodes');
  const workers = machines.all().filter(({ joined, controlPlane, powered }) => joined && powered && !controlPlane);
  if (workers.length === 0) return yield* refuse(process, 'there is no worker to upgrade');
  for (const { name } of workers) {
    const drained = yield* process.spawn(['kubectl', 'drain', name, '--ignore-daemonsets', '--delete-emptydir-data']).wait();
    if (drained !== 0)
      return yield* refuse(process, `${name} could not be drained; it stays cordoned, and the nodes after it are as they were`);
    machines.power(name, false);
    yield* process.sleep(BOOT);
    machines.power(name, true);
    yield* say(process, `${name} rebooted\n`);
    // Ready again before the next one goes.
    const ready = yield* process.spawn(['kubectl', 'wait', `node/${name}`, '--for=condition=Ready', '--timeout=5m']).wait();
    if (ready !== 0) return yield* refuse(process, `${name} does not come back`);
    yield* process.spawn(['kubectl', 'uncordon', name]).wait();
  }
  return 0;
}
