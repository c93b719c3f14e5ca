import { effect } from '@preact/signals';
import type { SchedulingScene } from '../../scenes/scheduling.ts';
import { clock, lab, opened, phase, viewed } from '../lab.ts';

/** Keeps asking for the scene of the viewed instant and the picked attempt. One question at a time; what changes meanwhile is asked next. */
export function follow(show: (scene: SchedulingScene) => void): { pick(attempt: number | undefined): void; stop(): void } {
  let attempt: number | undefined;
  let wanted = false;
  let asking = false;
  let gone = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const api = await lab();
      while (wanted && !gone) {
        wanted = false;
        const scene = await api.scheduling(viewed.peek(), attempt);
        if (!gone) show(scene);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    } catch {
      // The cluster is gone; the page says so where it was started.
    } finally {
      asking = false;
    }
  };
  const again = (): void => {
    if (phase.peek() !== 'running') return;
    wanted = true;
    void ask();
  };
  let run: unknown;
  const stop = effect(() => {
    if (opened.value !== run) {
      run = opened.value;
      attempt = undefined;
    }
    if (phase.value === 'running' && clock.value.seq >= 0 && (viewed.value ?? 0) >= 0) again();
  });
  return {
    pick(seq) {
      attempt = seq;
      again();
    },
    stop() {
      gone = true;
      stop();
    },
  };
}
