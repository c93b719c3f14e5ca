import { effect } from '@preact/signals';
import type { SchedulingScene } from '../../scenes/scheduling.ts';
import { latest } from '../latest.ts';
import { clock, opened, phase, viewed } from '../lab.ts';

/** Keeps asking for the scene of the viewed instant and the picked attempt. One question at a time; what changes meanwhile is asked next. */
export function follow(show: (scene: SchedulingScene) => void): { pick(attempt: number | undefined): void; stop(): void } {
  let attempt: number | undefined;
  const scenes = latest(async (api, _: void, looking) => {
    const scene = await api.scheduling(viewed.peek(), attempt);
    if (looking()) show(scene);
  });
  const again = (): void => {
    if (phase.peek() === 'running') scenes.want();
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
      scenes.stop();
      stop();
    },
  };
}
