import type { Story } from '../../os/image.ts';
import type { LogEntry } from '../../sim/log.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import type { Millis } from '../../sim/time.ts';
import type { LogLine } from './log-text.ts';

/**
 * Lines that nobody wrote until somebody reads them: a component's story of what happened while its container ran. The first one of
 * all tells of its component from the start of the world on.
 */
export class ToldLines {
  #begun: Millis | undefined;
  #read = 0;
  #end = Number.POSITIVE_INFINITY;

  constructor(
    readonly sim: Simulation,
    readonly story: Story,
    readonly first: boolean,
  ) {}

  begin(): void {
    this.#begun = this.sim.now;
    if (!this.first) this.#read = this.sim.log.last;
  }

  end(): void {
    this.#end = this.sim.log.last;
  }

  /** What has come since the last time. */
  next(): LogLine[] {
    const at = this.#begun;
    if (at === undefined) return [];
    const { log } = this.sim;
    const lines: LogLine[] = [];
    // Of what the log has forgotten nothing is told.
    this.#read = Math.max(this.#read, log.first - 1);
    for (; this.#read < Math.min(log.last, this.#end); this.#read++) {
      const entry = log.get(this.#read + 1) as LogEntry;
      for (const text of this.story(entry)) lines.push({ at: Math.max(at, entry.at), stream: 'stderr', text: `${text}\n` });
    }
    return lines;
  }

  /** Tells, in an event of its own, that there may be more. */
  follow(tell: () => void): () => void {
    const { sim } = this;
    let timer: Timer | undefined;
    const leave = sim.log.subscribe(() => {
      timer ??= sim.after(
        0,
        () => {
          timer = undefined;
          tell();
        },
        { background: true },
      );
    });
    return () => {
      leave();
      timer?.cancel();
    };
  }
}
