import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import type { CSIDriver, CSINode, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { claimKeysOf } from '../../api/storage/pod-claims.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { CSI_DRIVERS, CSI_NODES, PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, VOLUME_ATTACHMENTS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { MINUTE, SECOND, parseTime, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { isPodTerminal, podCondition } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';

// exponentialbackoff, csiTimeout, and maxWaitForUnmountDuration: how long a node that does not answer keeps its volumes.
const FIRST_RETRY: Millis = SECOND / 2;
const LAST_RETRY: Millis = 122 * SECOND;
const ATTACH_TIMEOUT: Millis = 2 * MINUTE;
const FORCE_DETACH: Millis = 6 * MINUTE;

/** Has the volumes of storage drivers attached to the nodes whose pods use them, and to no others. */
export class AttachDetachController extends Reconciler {
  readonly #informers: Informers;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #drivers: Informer<CSIDriver>;
  readonly #csiNodes: Informer<CSINode>;
  readonly #recorder: EventRecorder;
  /** By attachment: what has been told about it, and how long it is waited for until the next try. */
  readonly #told = new Map<string, string>();
  readonly #delays = new Map<string, Millis>();
  readonly #unused = new Map<string, Millis>();

  constructor(context: ControllerContext) {
    super(context, 'controller/attachdetach');
    const { informers } = context;
    this.#informers = informers;
    this.#volumes = informers.of(PERSISTENT_VOLUMES);
    this.#claims = informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.#drivers = informers.of(CSI_DRIVERS);
    this.#csiNodes = informers.of(CSI_NODES);
    this.#attachments = informers.of(VOLUME_ATTACHMENTS, {
      volume: ({ spec }) => (spec.source.persistentVolumeName === undefined ? [] : [spec.source.persistentVolumeName]),
    });
    this.#recorder = context.recorder('attachdetach-controller');
    const { pods } = informers;
    if (!pods.hasIndex('claim')) pods.addIndex('claim', claimKeysOf);
    const podSeen = (pod: Pod): void => {
      for (const key of claimKeysOf(pod)) this.#claimSeen(this.#claims.get(key));
    };
    this.watch(pods, {
      added: podSeen,
      updated: (pod, old) => {
        if (pod.spec?.nodeName !== old.spec?.nodeName || isPodTerminal(pod) !== isPodTerminal(old)) podSeen(pod);
      },
      deleted: podSeen,
    });
    this.watch(this.#claims, { added: (claim) => this.#claimSeen(claim), updated: (claim) => this.#claimSeen(claim) });
    const attachmentSeen = ({ spec }: VolumeAttachment): void => this.queue.add(spec.source.persistentVolumeName ?? '');
    this.watch(this.#attachments, { added: attachmentSeen, updated: attachmentSeen, deleted: attachmentSeen });
  }

  override stop(): void {
    super.stop();
    for (const map of [this.#told, this.#delays, this.#unused]) map.clear();
  }

  protected *sync(name: string): Task<void> {
    const volume = this.#volumes.get(name);
    const csi = volume?.spec?.csi;
    const attachments = this.#attachments.by('volume', name);
    const users = volume === undefined || csi === undefined || !this.#attaches(csi.driver) ? [] : this.#users(volume);
    const wanted = new Set(users.map(({ spec }) => spec?.nodeName ?? ''));
    for (const attachment of attachments) if (!wanted.has(attachment.spec.nodeName)) yield* this.#detach(name, attachment);
    if (volume === undefined) return;
    for (const node of wanted) {
      const here = users.filter(({ spec }) => spec?.nodeName === node);
      const attachment = attachments.find(({ spec }) => spec.nodeName === node);
      if (attachment !== undefined) {
        this.#unused.delete(attachment.metadata.name ?? '');
        this.#follow(volume, attachment, here);
      } else yield* this.#attach(volume, node, here, users, attachments);
    }
  }

  *#attach(
    volume: PersistentVolume,
    node: string,
    here: readonly Pod[],
    users: readonly Pod[],
    attachments: readonly VolumeAttachment[],
  ): Task<void> {
    const name = volume.metadata.name ?? '';
    const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
    const key = attachmentName(volumeHandle, driver, node);
    if (isExclusive(volume) && attachments.length > 0) return this.#tell(key, here, 'Warning', multiAttach(name, node, users));
    if (this.#csiNodes.get(node)?.spec.drivers?.some((one) => one.name === driver) !== true) {
      const why = `AttachVolume.Attach failed for volume ${JSON.stringify(name)} : CSINode ${node} does not contain driver ${driver}`;
      for (const pod of here) this.#recorder.event(pod, 'Warning', 'FailedAttachVolume', why);
      const delay = this.#delays.get(key) ?? FIRST_RETRY;
      this.#delays.set(key, Math.min(2 * delay, LAST_RETRY));
      return this.queue.addAfter(name, delay, { background: delay > 4 * SECOND });
    }
    this.#delays.delete(key);
    this.decide(`A pod on node ${node} uses volume ${name}: asks for it to be attached there.`, volume);
    try {
      yield* this.client.create(VOLUME_ATTACHMENTS, {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name: key },
        spec: { attacher: driver, nodeName: node, source: { persistentVolumeName: name } },
      });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /** An attachment has been asked for: tells how it goes. */
  #follow(volume: PersistentVolume, { metadata, status, spec }: VolumeAttachment, here: readonly Pod[]): void {
    const { name = '', creationTimestamp } = metadata;
    const quoted = JSON.stringify(volume.metadata.name);
    if (status?.attached === true) return this.#tell(name, here, 'Normal', `AttachVolume.Attach succeeded for volume ${quoted} `);
    const problem = status?.attachError?.message;
    if (problem !== undefined) return this.#tell(name, here, 'Warning', `AttachVolume.Attach failed for volume ${quoted} : ${problem}`);
    const left = parseTime(creationTimestamp) + ATTACH_TIMEOUT - this.sim.now;
    if (left > 0) return this.queue.addAfter(volume.metadata.name ?? '', left, { background: true });
    const handle = volume.spec?.csi?.volumeHandle ?? '';
    const why = `timed out waiting for external-attacher of ${spec.attacher} CSI driver to attach volume ${handle}`;
    this.#tell(name, here, 'Warning', `AttachVolume.Attach failed for volume ${quoted} : ${why}`);
  }

  *#detach(volume: string, attachment: VolumeAttachment): Task<void> {
    const { name = '', deletionTimestamp } = attachment.metadata;
    if (deletionTimestamp !== undefined) return;
    const { now } = this.sim;
    const since = this.#unused.get(name) ?? now;
    this.#unused.set(name, since);
    const left = since + FORCE_DETACH - now;
    // A kubelet that does not answer may still have it mounted.
    if (left > 0 && !this.#mayLetGo(attachment.spec.nodeName)) return this.queue.addAfter(volume, left, { background: true });
    for (const map of [this.#unused, this.#told]) map.delete(name);
    this.decide(`No pod on node ${attachment.spec.nodeName} uses volume ${volume} any more: has it detached.`, attachment);
    try {
      yield* this.client.delete(VOLUME_ATTACHMENTS, undefined, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #mayLetGo(name: string): boolean {
    const node = this.#informers.nodes.get(name);
    const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    return node === undefined || ready || node.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service') === true;
  }

  /** Pods on some node that use the volume. */
  #users({ spec }: PersistentVolume): Pod[] {
    const key = `${spec?.claimRef?.namespace ?? ''}/${spec?.claimRef?.name ?? ''}`;
    if (this.#claims.get(key)?.metadata.uid !== spec?.claimRef?.uid) return [];
    return this.#informers.pods.by('claim', key).filter((pod) => (pod.spec?.nodeName ?? '') !== '' && !hasEnded(pod));
  }

  #attaches(driver: string): boolean {
    return this.#drivers.get(driver)?.spec.attachRequired !== false;
  }

  #claimSeen(claim: PersistentVolumeClaim | undefined): void {
    const volume = claim?.spec?.volumeName ?? '';
    if (volume !== '') this.queue.add(volume);
  }

  /** Says it to all pods, once. */
  #tell(attachment: string, pods: readonly Pod[], type: 'Normal' | 'Warning', text: string): void {
    const what = `${text}|${pods.map(keyOf).join()}`;
    if (this.#told.get(attachment) === what) return;
    this.#told.set(attachment, what);
    for (const pod of pods) this.#recorder.event(pod, type, type === 'Normal' ? 'SuccessfulAttachVolume' : 'FailedAttachVolume', text);
  }
}

/** csi.getAttachmentName */
export function attachmentName(handle: string, driver: string, node: string): string {
  return `csi-${bytesToHex(sha256(utf8ToBytes(`${handle}${driver}${node}`)))}`;
}

function isExclusive({ spec }: PersistentVolume): boolean {
  const modes = spec?.accessModes ?? [];
  return modes.length > 0 && !modes.includes('ReadWriteMany') && !modes.includes('ReadOnlyMany');
}

function multiAttach(volume: string, node: string, users: readonly Pod[]): string {
  const others = users.filter(({ spec }) => spec?.nodeName !== node).map(({ metadata }) => metadata.name ?? '');
  const why =
    others.length === 0
      ? "Volume is already exclusively attached to one node and can't be attached to another"
      : `Volume is already used by pod(s) ${others.join(', ')}`;
  return `Multi-Attach error for volume ${JSON.stringify(volume)} ${why}`;
}

function hasEnded(pod: Pod): boolean {
  return isPodTerminal(pod) && podCondition(pod, 'ContainersReady')?.status !== 'True';
}
