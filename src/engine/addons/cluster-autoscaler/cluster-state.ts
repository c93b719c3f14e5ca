import type { Node } from '../../api/generated/types.ts';
import { CloudError, type NodeGroup } from '../../cloud/node-group.ts';
import type { Instance, InstanceError } from '../../cloud/instance.ts';
import { parseTime, type Millis } from '../../sim/time.ts';
import { Backoff } from './backoff.ts';
import type { Flags } from './flags.ts';
import type { Groups } from './managed-groups.ts';
import type { Recorder } from './recorder.ts';
import { goDuration } from '../../sim/duration.ts';
import { isReady } from './templates.ts';

/** Names of nodes by how they are. */
export interface Readiness {
  readonly registered: string[];
  readonly ready: string[];
  /** Broke down after they had started. */
  readonly unready: string[];
  /** Registered lately and not ready yet. */
  readonly notStarted: string[];
  /** Their machines are gone or going. */
  readonly deleted: string[];
  /** Machines whose kubelets have not registered. */
  readonly unregistered: string[];
  readonly longUnregistered: string[];
  at: Millis;
}

interface ScaleUpRequest {
  increase: number;
  at: Millis;
  /** By then the nodes are expected. */
  until: Millis;
}

interface WrongSize {
  readonly expected: number;
  readonly current: number;
  readonly since: Millis;
}

function newReadiness(at: Millis): Readiness {
  return { registered: [], ready: [], unready: [], notStarted: [], deleted: [], unregistered: [], longUnregistered: [], at };
}

/** What there is and what is on its way, group by group (clusterstate/clusterstate.go). */
export class ClusterState {
  readonly backoff: Backoff;
  total = newReadiness(0);
  /** Machines that should have registered, by provider ID. */
  readonly unregistered = new Map<string, { readonly instance: Instance; readonly since: Millis }>();
  readonly #readiness = new Map<string, Readiness>();
  readonly #requests = new Map<string, ScaleUpRequest>();
  readonly #wrongSizes = new Map<string, WrongSize>();
  /** Machines that the cloud could not deliver and of which this is known already. */
  readonly #knownErrors = new Set<string>();
  #nodes = 0;

  constructor(
    readonly cloud: Groups,
    readonly flags: Flags,
    readonly recorder: Recorder,
  ) {
    this.backoff = new Backoff(flags);
  }

  readiness(group: string): Readiness | undefined {
    return this.#readiness.get(group);
  }

  update(nodes: readonly Node[], now: Millis): void {
    this.#nodes = nodes.length;
    this.#updateUnregistered(nodes, now);
    this.#updateReadiness(nodes, now);
    this.backoff.removeStale(now);
    this.#updateRequests(now);
    this.#handleErrors(now);
    this.#updateWrongSizes(now);
  }

  registerScaleUp(group: NodeGroup, delta: number, now: Millis): void {
    const { name } = group.spec;
    const request = this.#requests.get(name);
    const until = now + this.flags['max-node-provision-time'];
    if (request === undefined) {
      if (delta > 0) this.#requests.set(name, { increase: delta, at: now, until });
      return;
    }
    request.increase += delta;
    if (request.increase <= 0) this.#requests.delete(name);
    else if (delta > 0) Object.assign(request, { at: now, until });
  }

  isHealthy(): boolean {
    const unready = this.total.unready.length;
    const share = (this.flags['max-total-unready-percentage'] / 100) * this.#nodes;
    return !(unready > this.flags['ok-total-unready-count'] && unready > share);
  }

  isGroupHealthy({ spec: { name }, targetSize }: NodeGroup): boolean {
    const readiness = this.#readiness.get(name);
    const least = this.#least(name, targetSize);
    if (readiness === undefined) return targetSize === 0 || (least === 0 && targetSize > 0);
    const missing = Math.max(0, least - readiness.ready.length);
    const { ready, unready, notStarted } = readiness;
    const share = (this.flags['max-total-unready-percentage'] / 100) * (ready.length + unready.length + notStarted.length);
    return !(missing > this.flags['ok-total-unready-count'] && missing > share);
  }

  isScalingUp(group: NodeGroup): boolean {
    return this.#requests.has(group.spec.name) && this.#coming(group) > 0;
  }

  /** Nodes that are on their way in each group, and the names of those that have registered already. */
  upcoming(now: Millis): { readonly group: NodeGroup; readonly count: number; readonly registered: readonly string[] }[] {
    return this.cloud.groups.flatMap((group) => {
      const { name } = group.spec;
      const count = this.#coming(group);
      if (count <= 0 || !this.#requests.has(name) || this.backoff.of(name, now) !== undefined) return [];
      return [{ group, count, registered: this.#readiness.get(name)?.notStarted ?? [] }];
    });
  }

  /** Machines that the cloud could not deliver. */
  failedInstances({ instances }: NodeGroup): Instance[] {
    return instances.filter(({ error, state }) => error !== undefined && state !== 'deleting');
  }

  /** A group whose size has been wrong since before `before`, by so many. */
  wrongSize({ spec: { name } }: NodeGroup, before: Millis): number | undefined {
    const wrong = this.#wrongSizes.get(name);
    return wrong === undefined || wrong.since >= before ? undefined : wrong.current - wrong.expected;
  }

  failedScaleUp({ spec: { name } }: NodeGroup, error: InstanceError, now: Millis): void {
    this.backoff.failed(name, error, now);
  }

  #least(name: string, target: number): number {
    return target - (this.#readiness.get(name)?.longUnregistered.length ?? 0) - (this.#requests.get(name)?.increase ?? 0);
  }

  #coming({ spec: { name }, targetSize }: NodeGroup): number {
    const { ready = [], unready = [], longUnregistered = [] } = this.#readiness.get(name) ?? {};
    return targetSize - (ready.length + unready.length + longUnregistered.length);
  }

  #updateUnregistered(nodes: readonly Node[], now: Millis): void {
    const registered = new Set(nodes.map(({ spec }) => spec?.providerID));
    const before = new Map(this.unregistered);
    this.unregistered.clear();
    for (const { instances } of this.cloud.groups)
      for (const instance of instances) {
        const { providerID: id } = instance;
        if (registered.has(id) || instance.state === 'deleting' || instance.error !== undefined) continue;
        this.unregistered.set(id, before.get(id) ?? { instance, since: now });
      }
  }

  #updateReadiness(nodes: readonly Node[], now: Millis): void {
    this.#readiness.clear();
    this.total = newReadiness(now);
    const of = (name: string): Readiness => {
      let readiness = this.#readiness.get(name);
      if (readiness === undefined) this.#readiness.set(name, (readiness = newReadiness(now)));
      return readiness;
    };
    for (const node of nodes) {
      const { name = '', creationTimestamp = '' } = node.metadata;
      const id = node.spec?.providerID;
      const group = this.cloud.groupOf(id);
      const instance = this.cloud.instance(id ?? '');
      const gone = this.cloud.owns(id) && (instance === undefined || instance.state === 'deleting');
      const young = parseTime(creationTimestamp) + this.flags['max-node-startup-time'] > now;
      const how = gone ? 'deleted' : isReady(node) ? 'ready' : young ? 'notStarted' : 'unready';
      for (const readiness of group === undefined ? [this.total] : [of(group.spec.name), this.total]) {
        readiness.registered.push(name);
        readiness[how].push(name);
      }
    }
    for (const { instance, since } of this.unregistered.values()) {
      const how = since + this.flags['max-node-provision-time'] < now ? 'longUnregistered' : 'unregistered';
      of(instance.group)[how].push(instance.name);
      this.total[how].push(instance.name);
    }
  }

  #updateRequests(now: Millis): void {
    for (const group of this.cloud.groups) {
      const { name } = group.spec;
      const request = this.#requests.get(name);
      if (request === undefined) continue;
      if (this.#coming(group) <= 0) this.#requests.delete(name);
      else if (request.until < now) {
        const took = goDuration(now - request.at);
        this.recorder.status('Warning', 'ScaleUpTimedOut', `Nodes added to group ${name} failed to register within ${took}`);
        const message = `Scale-up timed out for node group ${name} after ${took}`;
        this.failedScaleUp(group, { errorClass: 'Other', code: 'timeout', message }, now);
        try {
          group.decreaseTargetSize(-request.increase);
        } catch (error) {
          if (!(error instanceof CloudError)) throw error;
          const text = `Failed to decrease target size for group ${name} after scale-up timeout: ${error.message}`;
          this.recorder.status('Warning', 'FailedToRevertScaleUp', text);
        }
        this.#requests.delete(name);
      }
    }
  }

  /** Machines that the cloud cannot deliver: told once, and the group is left alone for a while. */
  #handleErrors(now: Millis): void {
    for (const group of this.cloud.groups) {
      const { name } = group.spec;
      const byCode = new Map<string, { error: InstanceError; fresh: number }>();
      for (const { providerID, error } of group.instances) {
        if (error === undefined) continue;
        const key = `${error.errorClass}.${error.code}`;
        const found = byCode.get(key) ?? { error, fresh: 0 };
        byCode.set(key, found);
        if (!this.#knownErrors.has(providerID)) found.fresh++;
        this.#knownErrors.add(providerID);
      }
      for (const [code, { error, fresh }] of byCode) {
        if (fresh === 0 || !this.isScalingUp(group)) continue;
        const text = `Failed adding ${fresh} nodes to group ${name} due to ${code}; source errors: ${error.message}`;
        this.recorder.status('Warning', 'ScaleUpFailed', text);
        this.registerScaleUp(group, -fresh, now);
        this.failedScaleUp(group, error, now);
      }
    }
  }

  #updateWrongSizes(now: Millis): void {
    for (const {
      spec: { name },
      targetSize,
    } of this.cloud.groups) {
      // prettier-ignore
      const readiness = this.#readiness.get(name);
      const current = readiness?.registered.length ?? 0;
      const waiting = (readiness?.unregistered.length ?? 0) + (readiness?.longUnregistered.length ?? 0);
      const before = this.#wrongSizes.get(name);
      if (readiness === undefined || (current <= targetSize && current >= targetSize - waiting)) this.#wrongSizes.delete(name);
      else if (before?.current !== current || before.expected !== targetSize)
        this.#wrongSizes.set(name, { current, expected: targetSize, since: now });
    }
  }
}
