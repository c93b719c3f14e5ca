import type { Node, Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { Cache } from '../../scheduler/cache.ts';
import { defaultConfiguration } from '../../scheduler/configuration/defaults.ts';
import { activeFilters, runFilters, runPreFilters } from '../../scheduler/filter.ts';
import { CycleState, unresolvable, type Verdict } from '../../scheduler/framework.ts';
import type { NodeInfo } from '../../scheduler/node-info.ts';
import { Nominator } from '../../scheduler/nominator.ts';
import { newProfile } from '../../scheduler/plugins/registry.ts';
import { PodInfo, uidOf } from '../../scheduler/pod-info.ts';
import type { Profile } from '../../scheduler/profile.ts';
import { Sources } from '../../scheduler/sources.ts';
import { Storage } from '../../scheduler/storage.ts';
import type { Simulation } from '../../sim/simulation.ts';

/**
 * The cluster as it would be: nodes and pods are put in and taken out and the scheduler's own plugins are asked where a pod would fit.
 * What was tried after `fork` is undone by `revert`, or kept by `commit`.
 */
export class Snapshot {
  readonly #cache: Cache;
  readonly #profile: Profile;
  readonly #sources: Sources;
  readonly #storage: Storage;
  /** How to undo what was done, innermost fork last. */
  readonly #forks: (() => void)[][] = [];

  constructor(sim: Simulation, client: Client) {
    this.#sources = new Sources(sim, client);
    this.#storage = new Storage({ sim, client, move: () => {} });
    this.#cache = new Cache((name) => this.#sources.namespaceLabels(name));
    const [configuration] = defaultConfiguration().profiles;
    if (configuration === undefined) throw new Error('the default configuration of the scheduler has a profile');
    this.#profile = newProfile(configuration, {
      namespaceLabels: this.#cache.namespaceLabels,
      defaultSelector: this.#sources.defaultSelector,
      volumes: this.#storage,
      // Nobody is ever preempted for the sake of a pod that only might be.
      preemption: {
        nodes: this.#cache,
        nominator: new Nominator(),
        random: sim.random('cluster-autoscaler/preemption'),
        profileOf: () => this.#profile,
        budgets: () => [],
        attempted: () => {},
        preempt: () => {},
      },
    });
  }

  /** Caches of what plugins ask about beside nodes and pods. */
  get informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [...this.#sources.informers, ...this.#storage.informers];
  }

  get nodes(): readonly NodeInfo[] {
    return this.#cache.nodes;
  }

  node(name: string): NodeInfo | undefined {
    return this.#cache.get(name);
  }

  /** Begins anew with these nodes and the pods that run on them. */
  reset(nodes: Iterable<Node>, pods: Iterable<Pod>): void {
    this.#forks.length = 0;
    this.#cache.clear();
    for (const node of nodes) this.#cache.setNode(node);
    for (const pod of pods) this.#cache.setPod(pod);
  }

  fork(): void {
    this.#forks.push([]);
  }

  revert(): void {
    for (const undo of (this.#forks.pop() ?? []).reverse()) undo();
  }

  commit(): void {
    const kept = this.#forks.pop() ?? [];
    this.#forks.at(-1)?.push(...kept);
  }

  addNode(node: Node, pods: readonly Pod[] = []): void {
    const name = node.metadata.name ?? '';
    this.#cache.setNode(node);
    this.#undo(() => this.#cache.removeNode(name));
    for (const pod of pods) this.place(pod, name);
  }

  removeNode(name: string): void {
    const info = this.#cache.get(name);
    if (info?.node === undefined) return;
    const { node } = info;
    for (const { pod } of Array.from(info.pods.values())) this.remove(pod);
    this.#cache.removeNode(name);
    this.#undo(() => this.#cache.setNode(node));
  }

  /** Another Node of the same name in its place; its pods stay. */
  replaceNode(node: Node): void {
    const before = this.#cache.get(node.metadata.name ?? '')?.node;
    if (before === undefined) return;
    this.#cache.setNode(node);
    this.#undo(() => this.#cache.setNode(before));
  }

  place(pod: Pod, nodeName: string): void {
    const placed: Pod = { ...pod, spec: { containers: [], ...pod.spec, nodeName } };
    this.#cache.setPod(placed);
    this.#undo(() => this.#cache.removePod(placed));
  }

  remove(pod: Pod): void {
    this.#cache.removePod(pod);
    this.#undo(() => this.#cache.setPod(pod));
  }

  /** Why the pod cannot run on the node; nothing when it can. */
  refusal(pod: Pod, nodeName: string): Verdict {
    return this.#look(pod, (check) => check(this.#cache.get(nodeName)));
  }

  /** Puts the pod on the first node where it fits of those that are acceptable. */
  placeAnywhere(pod: Pod, acceptable: (node: NodeInfo) => boolean): string | undefined {
    const found = this.#look(pod, (check) => this.nodes.find((node) => acceptable(node) && check(node) === undefined));
    if (found !== undefined) this.place(pod, found.name);
    return found?.name;
  }

  #look<T>(pod: Pod, ask: (check: (node: NodeInfo | undefined) => Verdict) => T): T {
    const state = new CycleState();
    const info = new PodInfo(unplaced(pod));
    const { names, refusal } = runPreFilters(this.#profile, state, info, this.#cache);
    const filters = activeFilters(this.#profile, state);
    return ask((node) => {
      if (refusal !== undefined) return refusal;
      if (node === undefined || names?.has(node.name) === false) return unresolvable('');
      return runFilters(filters, state, info, node);
    });
  }

  #undo(undo: () => void): void {
    this.#forks.at(-1)?.push(undo);
  }
}

/** As it was before it had a node. */
export function unplaced(pod: Pod): Pod {
  if ((pod.spec?.nodeName ?? '') === '') return pod;
  const { nodeName: _none, ...spec } = pod.spec ?? { containers: [] };
  return { ...pod, spec };
}

/** A copy that counts as a pod of its own. */
export function copyOf(pod: Pod, mark: string): Pod {
  const { name = '' } = pod.metadata;
  return { ...pod, metadata: { ...pod.metadata, name: `${name}-${mark}`, uid: `${uidOf(pod)}-${mark}` } };
}
