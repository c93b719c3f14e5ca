import { effect } from '@preact/signals';
import { beats, clock, opened, phase, viewed } from '../lab.ts';

/** What the figure shows: an instant of the log (`undefined`: now), and where that is in the beats it walks through. */
export interface Shown {
  seq: number | undefined;
  walking?: { at: number; of: number };
}

// Milliseconds of wall time that a reader gets for a beat. With many ahead it gets shorter, and the oldest are skipped.
const DWELL = 1700;
const SHORT = 800;
const CALM = 5;
const MOST = 14;

/**
 * Follows the cluster beat by beat. A Deployment is up within a blink of virtual time; here each beat stays long enough to be
 * read, and the figure arrives at "now" a little later than the terminal does. Whoever scrubs sees what they scrub to at once.
 */
export function follow(show: (shown: Shown) => void): { stop(): void; catchUp(): void } {
  let at = -1;
  let until = 0;
  let walk = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let run: unknown;

  const step = (): void => {
    timer = undefined;
    if (phase.peek() !== 'running' || viewed.peek() !== undefined) return;
    const list = beats.peek();
    const left = list.length - 1 - at;
    const wait = until - performance.now();
    if (left > 0 && wait <= 0) {
      at = left > MOST ? list.length - MOST : at + 1;
      walk++;
      until = performance.now() + (list.length - 1 - at > CALM ? SHORT : DWELL);
    }
    const beat = list[at];
    const ahead = list.length - 1 - at;
    // The last beat is shown as it grows; then the present stays.
    // A beat lasts until the next one begins; what follows from it comes with it.
    const seq = beat === undefined || ahead === 0 ? undefined : (list[at + 1]?.from ?? beat.to + 1) - 1;
    show({ seq, ...(ahead > 0 ? { walking: { at: walk, of: walk + ahead } } : {}) });
    if (ahead > 0) timer = setTimeout(step, Math.max(30, until - performance.now()));
    else walk = 0;
  };
  const wake = (): void => {
    if (timer === undefined || beats.peek().length - 1 <= at) {
      clearTimeout(timer);
      step();
    }
  };
  const stop = effect(() => {
    const { value: past } = viewed;
    const { value: list } = beats;
    if (opened.value !== run) {
      // A new cluster, or one that was replayed: its past is not news.
      run = opened.value;
      at = list.length - 1;
      until = 0;
      walk = 0;
    }
    // The clock is read so that the present follows it.
    if (phase.value !== 'running' || clock.value.seq < 0) return;
    if (past !== undefined) {
      clearTimeout(timer);
      timer = undefined;
      at = list.length - 1;
      walk = 0;
      show({ seq: past });
    } else wake();
  });
  return {
    stop() {
      stop();
      clearTimeout(timer);
    },
    catchUp() {
      at = beats.peek().length - 1;
      until = 0;
      clearTimeout(timer);
      step();
    },
  };
}
