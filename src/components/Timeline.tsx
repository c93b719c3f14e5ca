import { useState } from 'preact/hooks';
import type { Beat } from '../workers/protocol.ts';
import { beats, clock, lab, opened, phase, reset, viewed } from './lab.ts';
import { linkTo } from './saved.ts';
import { strings } from './strings.ts';

const SPEEDS = [0.1, 0.5, 1, 2, 10, 60, 1000];

/** The timeline under the figure: the run's beats, where one stands, and the clock's controls. */
export default function Timeline() {
  const [said, setSaid] = useState('');
  if (phase.value !== 'running' || opened.value === undefined) return <div class="timeline timeline-empty" />;
  const list = beats.value;
  const { now, playing, speed, foreground } = clock.value;
  const seq = viewed.value;
  const index = seq === undefined ? list.length : indexAt(list, seq) + 1;
  const start = opened.value.ready.at;
  const shownAt = seq === undefined ? now : (list[index - 1]?.at ?? start);

  const see = (at: number): void => {
    if (at >= list.length) viewed.value = undefined;
    else viewed.value = at <= 0 ? opened.peek()?.ready.seq : list[at - 1]?.to;
  };
  const control = (act: (api: Awaited<ReturnType<typeof lab>>) => Promise<void>) => (): void => {
    viewed.value = undefined;
    void lab().then(act);
  };
  const share = async (): Promise<void> => {
    const api = await lab();
    const link = await linkTo(await api.recording());
    await navigator.clipboard.writeText(link).catch(() => history.replaceState(null, '', link));
    setSaid(strings.shared);
  };

  return (
    <div class="timeline" role="group" aria-label="Timeline">
      <div class="timeline-track">
        <input
          type="range"
          min={0}
          max={list.length}
          value={index}
          aria-label="Beat"
          aria-valuetext={list[index - 1]?.text ?? 'Start'}
          onInput={(event) => see(Number(event.currentTarget.value))}
        />
        <div class="marks" aria-hidden="true">
          {list.map((beat, i) =>
            beat.mark === undefined ? null : (
              <i key={beat.from} class={beat.mark} style={{ left: `${((i + 1) / Math.max(1, list.length)) * 100}%` }} title={beat.text} />
            ),
          )}
        </div>
      </div>
      <div class="timeline-controls">
        <button type="button" onClick={() => see(index - 1)} disabled={index === 0} title={strings.back} aria-label={strings.back}>
          ◀
        </button>
        <button type="button" class="primary" onClick={control((api) => (playing ? api.clock.pause() : api.clock.play()))}>
          {playing ? strings.pause : strings.play}
        </button>
        <button type="button" onClick={control((api) => api.clock.step())}>
          {strings.stepEvent}
        </button>
        <button type="button" onClick={() => (seq === undefined ? control((api) => api.clock.beat())() : see(index + 1))}>
          {strings.stepBeat}
        </button>
        <button type="button" onClick={control((api) => (foreground > 0 ? api.clock.untilQuiet() : api.clock.skipIdle()))}>
          {strings.skip}
        </button>
        <label>
          <span class="visually-hidden">{strings.speed}</span>
          <select value={speed} onChange={(event) => void lab().then((api) => api.clock.speed(Number(event.currentTarget.value)))}>
            {SPEEDS.map((factor) => (
              <option key={factor} value={factor}>
                {factor}×
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => (viewed.value = undefined)} disabled={seq === undefined}>
          {strings.now}
        </button>
        <span class="timeline-clock" title={foreground === 0 ? strings.quiet : ''}>
          {elapsed(shownAt - start)}
        </span>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => void share()}>
          {said === '' ? strings.share : said}
        </button>
        <button type="button" class="quiet" onClick={() => void reset()}>
          {strings.resetCluster}
        </button>
      </div>
      <ol class="beat-list" aria-label="Beats">
        {list.slice(-60).map((beat) => (
          <li key={beat.from}>
            <button
              type="button"
              class={`link ${beat.mark ?? ''}`}
              aria-current={list[index - 1] === beat}
              onClick={() => (viewed.value = beat.to)}
            >
              <time>{elapsed(beat.at - start)}</time> {beat.text}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function indexAt(list: readonly Beat[], seq: number): number {
  let index = -1;
  for (let i = 0; i < list.length && (list[i] as Beat).from <= seq; i++) index = i;
  return index;
}

/** Virtual time since the start state: `+1:05.2`. */
function elapsed(millis: number): string {
  const total = Math.max(0, millis) / 1000;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = (total % 60).toFixed(1).padStart(4, '0');
  return hours > 0 ? `+${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `+${minutes}:${seconds}`;
}
