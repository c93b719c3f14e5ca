import type { Container, Pod, PodCondition } from '../../api/generated/types.ts';
import { SparseSet } from '../../sim/sparse.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { containersOf } from './pod-containers.ts';
import { ruleFor } from './restart-policy.ts';

const ACTION = 'RestartAllContainers';

/**
 * A pod begins anew in its place, because a container ended in the way that a rule names (KEP-5532): all containers are killed without
 * preStop hooks and without grace, and then everything starts from the first init container. Sandbox, address and volumes stay.
 */
export class WholeRestart {
  /** Runs that do not count any more: their containers start again, whatever the policy. */
  readonly #past = new SparseSet<string>();
  #going = false;

  /** Containers are still being killed. */
  get going(): boolean {
    return this.#going;
  }

  /** Whether that run was before the last new beginning. */
  isPast(run: RuntimeContainer | undefined): boolean {
    return run !== undefined && this.#past.has(run.id);
  }

  /** The container whose end sets off a new beginning, with its run. */
  trigger(pod: Pod, last: (name: string) => RuntimeContainer | undefined): { container: Container; run: RuntimeContainer } | undefined {
    for (const container of containersOf(pod)) {
      const run = last(container.name);
      if (run?.state !== 'exited' || this.#past.has(run.id)) continue;
      if (ruleFor(container, run.exitCode ?? 0)?.action === ACTION) return { container, run };
    }
    return undefined;
  }

  /** How far a new beginning has come: its containers are killed still, or not all of them have started again. */
  stage({ spec }: Pod, runs: { newest(name: string): RuntimeContainer | undefined }): 'killing' | 'starting' | undefined {
    if (this.#going) return 'killing';
    return spec?.containers.some(({ name }) => this.isPast(runs.newest(name))) === true ? 'starting' : undefined;
  }

  begin(): void {
    this.#going = true;
  }

  /** Nothing runs any more: what has run is past. */
  done(runs: readonly RuntimeContainer[]): void {
    this.#going = false;
    this.#past.clear();
    for (const { id } of runs) this.#past.add(id);
  }
}

/** The condition that tells of it, of pods that have such a rule. */
export function restartingCondition(
  pod: Pod,
  phase: string,
  going: boolean,
): Pick<PodCondition, 'status' | 'reason' | 'message'> | undefined {
  if (!containersOf(pod).some(({ restartPolicyRules = [] }) => restartPolicyRules.some(({ action }) => action === ACTION)))
    return undefined;
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!going) return { status: 'False' };
  return { status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
}
