import type { Pod } from '../../api/generated/types.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { Refusal } from './admission.ts';
import { type KubeletConfiguration, type ShutdownGrace } from './configuration.ts';
import { parseDuration } from '../../sim/duration.ts';

export interface ShutdownContext {
  readonly sim: Simulation;
  readonly configuration: KubeletConfiguration;
  active(): Pod[];
  kill(pod: Pod, grace: Millis): void;
  /** Nothing of the pod runs any more. */
  ended(pod: Pod): boolean;
  /** The node's status has changed. */
  tell(): void;
}

// scheduling.SystemCriticalPriority and DefaultPriorityWhenNoDefaultClassExists.
const CRITICAL = 2_000_000_000;
const DEFAULT_PRIORITY = 0;
const POLL: Millis = SECOND / 2;

/** How long pods may take to end, and how much of that is kept for critical ones. */
export interface ShutdownPeriods {
  readonly all: Millis;
  readonly critical: Millis;
}

export const NODE_SHUTDOWN = { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' } as const;

/** Holds a machine's shutdown up while its pods end, those of low priority first (graceful node shutdown). */
export class NodeShutdown {
  #going = false;

  constructor(readonly context: ShutdownContext) {}

  get going(): boolean {
    return this.#going;
  }

  admit(): Refusal | undefined {
    return this.#going ? { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' } : undefined;
  }

  /** The machine is about to shut down; `done` is called when it may: at once where systemd was not asked to wait. */
  begin(done: () => void, periods?: ShutdownPeriods): void {
    if (this.#going) return;
    const graces = periods === undefined ? groupsOf(this.context.configuration) : inTwo(periods);
    if (graces.length === 0) return done();
    this.#going = true;
    this.context.tell();
    const groups = graces.map((group, i) => ({ group, pods: this.context.active().filter((pod) => groupOf(graces, pod) === i) }));
    this.#next(
      groups.filter(({ pods }) => pods.length > 0),
      done,
    );
  }

  /** The machine goes on after all. What has ended stays so. */
  cancel(): void {
    if (!this.#going) return;
    this.#going = false;
    this.context.tell();
  }

  reset(): void {
    this.#going = false;
  }

  #next(groups: readonly { group: ShutdownGrace; pods: readonly Pod[] }[], done: () => void): void {
    const [first, ...rest] = groups;
    if (first === undefined) return done();
    const { sim, kill, ended } = this.context;
    const most = first.group.shutdownGracePeriodSeconds;
    for (const pod of first.pods) kill(pod, Math.min(most, pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND);
    const until = sim.now + most * SECOND;
    const look = (): void => {
      if (!this.#going) return;
      if (sim.now >= until || first.pods.every((pod) => ended(pod))) this.#next(rest, done);
      else sim.after(POLL, look);
    };
    sim.after(POLL, look);
  }
}

/** The group with the highest priority that is not above the pod's; the lowest for what is below all. */
function groupOf(groups: readonly ShutdownGrace[], { spec }: Pod): number {
  const priority = spec?.priority ?? 0;
  let index = 0;
  groups.forEach((group, i) => {
    if (group.priority <= priority) index = i;
  });
  return index;
}

function groupsOf(configuration: KubeletConfiguration): ShutdownGrace[] {
  const { shutdownGracePeriodByPodPriority: byPriority } = configuration;
  if (byPriority.length > 0) return byPriority.slice().sort((a, b) => a.priority - b.priority);
  const all = parseDuration(configuration.shutdownGracePeriod) ?? 0;
  const critical = parseDuration(configuration.shutdownGracePeriodCriticalPods) ?? 0;
  return inTwo({ all, critical });
}

function inTwo({ all, critical }: ShutdownPeriods): ShutdownGrace[] {
  if (all === 0 || critical > all) return [];
  return [
    { priority: DEFAULT_PRIORITY, shutdownGracePeriodSeconds: (all - critical) / SECOND },
    { priority: CRITICAL, shutdownGracePeriodSeconds: critical / SECOND },
  ];
}
