import type { RuntimeContainer, RuntimeService } from '../runtime/cri.ts';
import type { WholeRestart } from './whole-restart.ts';

/** How often the containers of one pod have run, as the runtime knows it. */
export class ContainerRuns {
  constructor(
    readonly runtime: RuntimeService,
    readonly target: { readonly uid: string },
    readonly anew: WholeRestart,
  ) {}

  /** The newest first. */
  of(name: string): readonly RuntimeContainer[] {
    const { all } = this;
    // Most pods have one container.
    return all.every((each) => each.config.name === name) ? all : all.filter((each) => each.config.name === name);
  }

  newest(name: string): RuntimeContainer | undefined {
    return this.of(name)[0];
  }

  /** The newest that still counts. */
  last(name: string): RuntimeContainer | undefined {
    const run = this.newest(name);
    return this.anew.isPast(run) ? undefined : run;
  }

  get all(): readonly RuntimeContainer[] {
    return this.runtime.podContainers(this.target.uid);
  }

  running(): RuntimeContainer[] {
    return this.all.filter(({ state }) => state === 'running');
  }
}
