import type { PersistentVolume, PersistentVolumeClaim } from '../api/generated/types.ts';
import { compareQuantities } from '../api/quantity.ts';
import { capacityOf, requestOf } from '../api/storage/volume-rules.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../client/resources.ts';
import { suspend, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, formatTime, type Millis } from '../sim/time.ts';

export interface ResizeWorld {
  readonly sim: Simulation;
  readonly client: Client;
  readonly recorder: EventRecorder;
}

type Status = NonNullable<PersistentVolumeClaim['status']>;

// Virtual ms that a storage system takes to make a disk larger.
const GROWING: Millis = 2 * SECOND;

export function wantsMore(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return claim.status?.phase === 'Bound' && compareQuantities(requestOf(claim), capacityOf(volume)) > 0;
}

/** The disk has grown, but not yet the file system on it. */
export function awaitsNode({ status }: PersistentVolumeClaim): boolean {
  return status?.conditions?.some(({ type }) => type === 'FileSystemResizePending') === true;
}

/** external-resizer: makes the disk larger, and leaves the file system to the node. */
export function* growDisk({ sim, client, recorder }: ResizeWorld, claim: PersistentVolumeClaim, volume: PersistentVolume): Task<void> {
  const storage = requestOf(claim);
  const { name = '' } = volume.metadata;
  recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${name}`);
  const growing = yield* setStatus(client, claim, {
    ...condition(claim, 'Resizing', '', sim.now),
    allocatedResources: { storage },
    allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
  });
  yield* suspend<void>((resume) => {
    const timer = sim.after(GROWING, () => resume());
    return () => timer.cancel();
  });
  yield* client.patch(PERSISTENT_VOLUMES, undefined, name, { spec: { capacity: { storage } } });
  const message = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';
  const pending = yield* setStatus(client, growing, {
    ...condition(growing, 'FileSystemResizePending', message, sim.now),
    allocatedResourceStatuses: { storage: 'NodeResizePending' },
  });
  recorder.event(pending, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
}

/** What the kubelet does on a node on which the volume is mounted: only now the claim shows its new size. */
export function* growFileSystem({ client }: ResizeWorld, claim: PersistentVolumeClaim, volume: PersistentVolume): Task<void> {
  const { conditions: _conditions, allocatedResourceStatuses: _statuses, ...status } = claim.status ?? {};
  const done = { ...claim, status: { ...status, capacity: { storage: capacityOf(volume) } } };
  yield* client.updateStatus(PERSISTENT_VOLUME_CLAIMS, done);
}

function* setStatus(client: Client, claim: PersistentVolumeClaim, news: Partial<Status>): Task<PersistentVolumeClaim> {
  return yield* client.updateStatus(PERSISTENT_VOLUME_CLAIMS, { ...claim, status: { ...claim.status, ...news } });
}

function condition({ status }: PersistentVolumeClaim, type: string, message: string, now: Millis): Pick<Status, 'conditions'> {
  const others = (status?.conditions ?? []).filter((one) => one.type !== 'Resizing' && one.type !== 'FileSystemResizePending');
  const at = formatTime(now);
  const one = { type, status: 'True', lastProbeTime: null as unknown as string, lastTransitionTime: at };
  return { conditions: [...others, message === '' ? one : { ...one, message }] };
}
