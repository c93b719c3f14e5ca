import { useMemo, useState } from 'preact/hooks';
import type { LabProtocol } from '../workers/protocol.ts';
import Icon from './icons.tsx';
import { beats, clock, lab, lastCommand, left, opened, phase, replayable, reset, shareLink, toOtherBranch, undo, viewed } from './lab.ts';
import { strings } from './strings.ts';
import { elapsed, position, replay, replaying, see, stopReplay } from './timeline.ts';

const SPEEDS = [0.1, 0.5, 1, 2, 10, 60, 1000];

/** The timeline under the figure: the run's beats, where one stands, and the clock's controls. */
export default function Timeline() {
  const live = phase.value === 'running' && opened.value !== undefined;
  const list = beats.value;
  const { now, seq, playing, speed, foreground } = clock.value;
  const past = viewed.value;
  const at = position(list, past);
  const start = opened.value?.ready.at ?? now;
  const shownAt = past === undefined ? now : (list[at - 1]?.at ?? start);

  const move = (to: number): void => {
    stopReplay();
    see(to);
  };
  const control = (act: (api: LabProtocol) => Promise<void>): void => {
    stopReplay();
    viewed.value = undefined;
    void lab().then(act);
  };
  const playOrPause = (): void => {
    if (replaying.peek()) stopReplay();
    else if (past !== undefined) replay(speed);
    else control((api) => (playing ? api.clock.pause() : api.clock.play()));
  };
  const oneEvent = (): void => {
    if (past === undefined) return control((api) => api.clock.step());
    stopReplay();
    viewed.value = past + 1 >= seq ? undefined : past + 1;
  };
  const oneBeat = (): void => (past === undefined ? control((api) => api.clock.beat()) : move(at + 1));
  const moving = past === undefined ? playing : replaying.value;

  // The clock changes with every frame, these do not.
  const marks = useMemo(
    () =>
      list.map((beat, i) =>
        beat.mark === undefined ? null : <i key={beat.from} class={beat.mark} style={{ '--at': (i + 1) / Math.max(1, list.length) }} />,
      ),
    [list],
  );

  return (
    <div class="timeline" role="group" aria-label={strings.timeline} inert={!live}>
      <div class="timeline-track">
        <input
          type="range"
          min={0}
          max={list.length}
          value={at}
          aria-label="Beat"
          aria-valuetext={list[at - 1]?.text ?? 'Start'}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
        <div class="marks" aria-hidden="true">
          {marks}
        </div>
      </div>
      <div class="timeline-controls">
        <div class="transport">
          <button type="button" onClick={() => move(at - 1)} disabled={at === 0} title={strings.back} aria-label={strings.back}>
            <Icon name="back" />
          </button>
          <button type="button" class="primary" onClick={playOrPause}>
            <Icon name={moving ? 'pause' : 'play'} />
            <span class="play-label">{moving ? strings.pause : strings.play}</span>
          </button>
          <button type="button" onClick={oneEvent} title={strings.stepEvent} aria-label={strings.stepEvent}>
            <Icon name="event" />
          </button>
          <button type="button" onClick={oneBeat} title={strings.stepBeat} aria-label={strings.stepBeat}>
            <Icon name="beat" />
          </button>
          <button
            type="button"
            onClick={() => control((api) => (foreground > 0 ? api.clock.untilQuiet() : api.clock.skipIdle()))}
            title={strings.skipTitle}
            aria-label={strings.skip}
          >
            <Icon name="skip" />
          </button>
        </div>
        <label>
          <span class="visually-hidden">{strings.speed}</span>
          <select
            value={speed}
            onChange={(event) => {
              const factor = Number(event.currentTarget.value);
              void lab().then((api) => api.clock.speed(factor));
            }}
          >
            {SPEEDS.map((factor) => (
              <option key={factor} value={factor}>
                {factor}×
              </option>
            ))}
          </select>
        </label>
        <button type="button" class={past === undefined ? '' : 'primary'} onClick={() => move(list.length)} disabled={past === undefined}>
          {strings.now}
        </button>
        <time class="timeline-clock" title={foreground === 0 ? strings.quiet : strings.clockTitle}>
          {elapsed(shownAt - start)}
        </time>
        <div class="run-buttons">
          {left.value !== undefined && (
            <button type="button" class="quiet" title={strings.otherBranchTitle} onClick={() => void toOtherBranch()}>
              {strings.otherBranch}
            </button>
          )}
          {replayable() && (
            <button
              type="button"
              class="quiet"
              title={strings.undoTitle}
              disabled={lastCommand() === undefined}
              onClick={() => void undo()}
            >
              {strings.undo}
            </button>
          )}
          <Share />
          <button type="button" class="quiet" onClick={() => void reset()}>
            {strings.resetCluster}
          </button>
        </div>
      </div>
    </div>
  );
}

function Share() {
  const [said, setSaid] = useState('');
  const share = async (): Promise<void> => {
    const link = await shareLink();
    try {
      await navigator.clipboard.writeText(link);
      setSaid(strings.shared);
    } catch {
      history.replaceState(null, '', link);
      setSaid(strings.sharedInAddress);
    }
    setTimeout(() => setSaid(''), 4000);
  };
  return (
    <>
      <button type="button" class="quiet" title={strings.shareTitle} onClick={() => void share()}>
        {said === '' ? strings.share : said}
      </button>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
