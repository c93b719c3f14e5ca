import { tolerates } from '../../api/tolerations.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Pod, Taint, Toleration } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { disrupt } from './disruption.ts';

interface Planned {
  readonly createdAt: Millis;
  readonly timer: Timer;
}

/** Deletes pods that do not tolerate a NoExecute taint of their node, or no longer. */
export class TaintEvictionController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #planned = new Map<string, Planned>();

  constructor(context: ControllerContext) {
    super(context, 'controller/taint-eviction');
    this.#informers = context.informers;
    this.#recorder = context.recorder('taint-eviction-controller');
    const { nodes, pods } = context.informers;
    this.watch(nodes, {
      added: (node) => {
        if (noExecute(node.spec?.taints).length > 0) this.#addPodsOf(node.metadata.name ?? '');
      },
      updated: (node, old) => {
        if (noExecute(node.spec?.taints).length + noExecute(old.spec?.taints).length > 0 && node.spec?.taints !== old.spec?.taints) {
          this.#addPodsOf(node.metadata.name ?? '');
        }
      },
    });
    this.watch(pods, {
      added: (pod) => this.#look(pod),
      updated: (pod, old) => {
        if (pod.spec?.nodeName !== old.spec?.nodeName || pod.spec?.tolerations !== old.spec?.tolerations) this.#look(pod);
      },
      deleted: (pod) => this.#cancel(keyOf(pod)),
    });
  }

  override stop(): void {
    super.stop();
    for (const { timer } of this.#planned.values()) timer.cancel();
    this.#planned.clear();
  }

  protected *sync(key: string): Task<void> {
    const pod = this.#informers.pods.get(key);
    const node = pod?.spec?.nodeName === undefined ? undefined : this.#informers.nodes.get(pod.spec.nodeName);
    if (pod === undefined || node === undefined || pod.metadata.deletionTimestamp !== undefined) {
      this.#cancel(key);
      return;
    }
    const taints = noExecute(node.spec?.taints);
    if (taints.length === 0) {
      if (this.#cancel(key)) this.#tell(pod, `Cancelling deletion of Pod ${key}`);
      return;
    }
    const used = toleratedBy(taints, pod.spec?.tolerations ?? []);
    if (used === undefined) {
      this.#cancel(key);
      this.decide(
        `Pod ${pod.metadata.name ?? ''} does not tolerate ${taints.map(({ key: name }) => name).join(', ')} of node ${node.metadata.name ?? ''}: deletes it.`,
        pod,
      );
      return yield* this.#evict(key);
    }
    const seconds = minTolerationSeconds(used);
    // Tolerated for ever: what was planned for an earlier taint stays planned.
    if (seconds === undefined) return;
    this.#plan(key, pod, seconds);
  }

  #plan(key: string, pod: Pod, seconds: number): void {
    const { now } = this.sim;
    const planned = this.#planned.get(key);
    const start = planned?.createdAt ?? now;
    if (planned !== undefined && start + seconds * SECOND < planned.timer.at) planned.timer.cancel();
    else if (planned !== undefined) return;
    this.decide(`Pod ${pod.metadata.name ?? ''} tolerates the taint of its node for ${seconds} s: it is deleted then.`, pod);
    const timer = this.sim.at(start + seconds * SECOND, () => this.launch(this.#evict(key)), { background: true });
    this.#planned.set(key, { createdAt: start, timer });
  }

  *#evict(key: string): Task<void> {
    this.#planned.delete(key);
    const pod = this.#informers.pods.get(key);
    if (pod === undefined) return;
    this.#tell(pod, `Marking for deletion Pod ${key}`);
    try {
      yield* disrupt(
        this.client,
        pod,
        { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
        this.sim.now,
      );
      this.context.metrics?.podEvicted();
    } catch (error) {
      if (isNotFound(error)) return;
      this.queue.addRateLimited(key);
    }
  }

  #tell(pod: Pod, message: string): void {
    this.#recorder.event(pod, 'Normal', 'TaintManagerEviction', message);
  }

  #cancel(key: string): boolean {
    const planned = this.#planned.get(key);
    if (planned === undefined) return false;
    planned.timer.cancel();
    return this.#planned.delete(key);
  }

  #look(pod: Pod): void {
    const name = pod.spec?.nodeName;
    if (name === undefined || noExecute(this.#informers.nodes.get(name)?.spec?.taints).length === 0) return;
    this.queue.add(keyOf(pod));
  }

  #addPodsOf(node: string): void {
    for (const pod of this.#informers.pods.by('node', node)) this.queue.add(keyOf(pod));
  }
}

function noExecute(taints: readonly Taint[] | undefined): Taint[] {
  return (taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** One toleration for each taint; undefined when a taint is not tolerated (GetMatchingTolerations). */
function toleratedBy(taints: readonly Taint[], tolerations: readonly Toleration[]): Toleration[] | undefined {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint));
    if (toleration === undefined) return undefined;
    used.push(toleration);
  }
  return used;
}

function minTolerationSeconds(tolerations: readonly Toleration[]): number | undefined {
  const limits = tolerations.map(({ tolerationSeconds }) => tolerationSeconds).filter((seconds) => seconds !== undefined);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}
