import type { PodInfo } from './pod-info.ts';

/** Pods that wait for their victims to leave a node, which counts them in advance against pods of lower priority. */
export class Nominator {
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  readonly #nodeOf = new Map<string, string>();

  set(pod: PodInfo, nodeName: string): void {
    this.delete(pod.uid);
    this.#nodeOf.set(pod.uid, nodeName);
    let pods = this.#byNode.get(nodeName);
    if (pods === undefined) this.#byNode.set(nodeName, (pods = new Map()));
    pods.set(pod.uid, pod);
  }

  delete(uid: string): void {
    const nodeName = this.#nodeOf.get(uid);
    if (nodeName === undefined) return;
    this.#nodeOf.delete(uid);
    const pods = this.#byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(nodeName);
  }

  /** Is any pod nominated for any node? */
  get some(): boolean {
    return this.#nodeOf.size > 0;
  }

  nodeOf(uid: string): string | undefined {
    return this.#nodeOf.get(uid);
  }

  on(nodeName: string): Iterable<PodInfo> | undefined {
    return this.#byNode.size === 0 ? undefined : this.#byNode.get(nodeName)?.values();
  }

  clear(): void {
    this.#byNode.clear();
    this.#nodeOf.clear();
  }
}
