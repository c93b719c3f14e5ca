import { signal } from '@preact/signals';
import type { Beat } from '../workers/protocol.ts';
import { beats, clock, opened, viewed } from './lab.ts';

/** Moving along the run: positions count beats, 0 is the start state. */

/** The past is being played. */
export const replaying = signal(false);

// Between two beats of the past the reader waits this long, in wall ms: the pace of the run within limits.
const SHORTEST = 500;
const LONGEST = 1600;

export function position(list: readonly Beat[], seq: number | undefined): number {
  if (seq === undefined) return list.length;
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Beat).from <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Shows the state after so many beats; behind the last one stands now. */
export function see(at: number): void {
  const list = beats.peek();
  if (at >= list.length) viewed.value = undefined;
  // What is no longer kept cannot be looked at.
  else viewed.value = Math.max(clock.peek().oldest, (at <= 0 ? opened.peek()?.ready.seq : list[at - 1]?.to) ?? 0);
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Plays the past from where the reader stands, until it reaches now. */
export function replay(speed: number): void {
  stopReplay();
  const step = (): void => {
    if (viewed.peek() === undefined) return stopReplay();
    const list = beats.peek();
    const at = position(list, viewed.peek());
    see(at + 1);
    if (viewed.peek() === undefined) return stopReplay();
    const gap = ((list[at + 1]?.at ?? 0) - (list[at]?.at ?? 0)) / speed;
    timer = setTimeout(step, Math.min(LONGEST, Math.max(SHORTEST, gap)));
  };
  replaying.value = true;
  timer = setTimeout(step, 0);
}

export function stopReplay(): void {
  clearTimeout(timer);
  replaying.value = false;
}

/** Virtual time since the start state: `+1:05.2`. */
export function elapsed(millis: number): string {
  const total = Math.max(0, millis) / 1000;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = (Math.floor((total % 60) * 10) / 10).toFixed(1).padStart(4, '0');
  return hours > 0 ? `+${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `+${minutes}:${seconds}`;
}
