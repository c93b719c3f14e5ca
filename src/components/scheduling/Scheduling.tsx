import { useEffect, useRef, useState } from 'preact/hooks';
import type { AttemptScene, SchedulingScene } from '../../scenes/scheduling.ts';
import { lab, phase } from '../lab.ts';
import { follow } from './follow.ts';
import { colourOf } from './layout.ts';
import NodeRow, { Facts } from './NodeRow.tsx';
import Numbers from './Numbers.tsx';
import Queues from './Queues.tsx';
import './scheduling.css';
import { strings } from './strings.ts';
import TryIt from './TryIt.tsx';

/** The figure "scheduling", a cell of a lesson: how the page's cluster chose a node for a pod, and who waits for what. */
export default function Scheduling({ controls = true }: { controls?: boolean }) {
  const [scene, setScene] = useState<SchedulingScene>();
  const [numbers, setNumbers] = useState(false);
  const follower = useRef<ReturnType<typeof follow> | undefined>(undefined);
  useEffect(() => {
    follower.current = follow(setScene);
    return () => follower.current?.stop();
  }, []);

  if (scene === undefined || phase.value !== 'running') return <Idle />;
  const { attempt, attempts, machines, unlisted } = scene;
  const { count, place, earlier, later } = attempts;
  // The newest is not picked but followed.
  const go = (seq: number | undefined): void => follower.current?.pick(place + 1 >= count && seq === later ? undefined : seq);
  const known = new Map(machines.map((machine) => [machine.node, machine]));
  return (
    <figure class="scheduling" aria-label={strings.label}>
      {attempt === undefined ? (
        <>
          <ul class="sched-nodes" aria-label={strings.nodes} tabIndex={0}>
            {machines.map((machine) => (
              <li class="sched-node" key={machine.node}>
                <div class="sched-name">
                  <b>{machine.node}</b>
                  <Facts machine={machine} />
                </div>
              </li>
            ))}
          </ul>
          {unlisted > 0 && <p class="sched-soft">{strings.untold(unlisted)}</p>}
        </>
      ) : (
        <>
          <header class="sched-head">
            <button type="button" class="quiet" aria-label={strings.earlier} disabled={earlier === undefined} onClick={() => go(earlier)}>
              ‹
            </button>
            <p>
              <b>{attempt.pod.replace(/^default\//, '')}</b> <span class="sched-soft">{attempt.profile}</span>
              <br />
              <span class="sched-soft">
                {strings.attempt(attempt.number)}, {strings.came(attempt.because)}
                {count > 1 && ` · ${strings.place(place, count)}`}
              </span>
            </p>
            <button type="button" class="quiet" aria-label={strings.later} disabled={later === undefined} onClick={() => go(later)}>
              ›
            </button>
          </header>
          <Steps attempt={attempt} />
          {attempt.whole !== undefined && (
            <p class="sched-words">
              <b>{attempt.whole.plugin}</b> {attempt.whole.words}
            </p>
          )}
          {numbers ? (
            <Numbers attempt={attempt} />
          ) : (
            <ul class="sched-nodes" aria-label={strings.nodes} tabIndex={0}>
              {attempt.nodes.map((verdict) => (
                <NodeRow key={verdict.node} verdict={verdict} attempt={attempt} machine={known.get(verdict.node)} />
              ))}
            </ul>
          )}
          {attempt.untold > 0 && <p class="sched-soft">{strings.untold(attempt.untold)}</p>}
          <LegendRow attempt={attempt} numbers={numbers} toggle={() => setNumbers(!numbers)} />
        </>
      )}
      <Queues queues={scene.queues} />
      <figcaption aria-live="polite">{scene.caption}</figcaption>
      {controls && <TryIt machines={machines} />}
    </figure>
  );
}

function Idle() {
  const starting = phase.value === 'starting';
  // A press before the page's script is there would be lost.
  const [heard, setHeard] = useState(false);
  useEffect(() => setHeard(true), []);
  return (
    <figure class="scheduling" aria-label={strings.label}>
      <p class="sched-idle">
        {starting ? strings.starting : strings.idle}{' '}
        {!starting && (
          <button type="button" class="primary" disabled={!heard} onClick={() => void lab().catch(() => {})}>
            {strings.start}
          </button>
        )}
      </p>
    </figure>
  );
}

/** How far the attempt came. */
function Steps({ attempt }: { attempt: AttemptScene }) {
  const feasible = attempt.nodes.filter(({ state }) => state === 'chosen' || state === 'feasible').length;
  const scored = attempt.plugins.length > 0;
  const reached = [true, attempt.whole === undefined, scored, attempt.chosen !== undefined, attempt.bind === 'done'];
  const notes = [
    strings.attempt(attempt.number),
    `${feasible} of ${attempt.nodes.length + attempt.untold}`,
    scored ? `${attempt.plugins.length} plugins` : '–',
    attempt.chosen ?? attempt.preemption?.node ?? '–',
    attempt.bind === 'done' ? '✓' : attempt.bind === 'waiting' ? '…' : attempt.bind === 'refused' ? '✗' : '–',
  ];
  return (
    <ol class="sched-steps">
      {strings.steps.map((step, i) => (
        <li key={step} class={reached[i] === true ? 'reached' : ''}>
          <b>{step}</b> <span>{notes[i]}</span>
        </li>
      ))}
    </ol>
  );
}

function LegendRow({ attempt, numbers, toggle }: { attempt: AttemptScene; numbers: boolean; toggle: () => void }) {
  if (attempt.plugins.length === 0) return null;
  return (
    <div class="sched-legend">
      <ul aria-label={strings.legend}>
        {attempt.plugins.map(({ name, weight }) => (
          <li key={name}>
            <span class={`sched-key part-${colourOf(name, attempt)}`} aria-hidden="true">
              {colourOf(name, attempt)}
            </span>{' '}
            {name} ×{weight}
          </li>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={toggle}>
        {numbers ? strings.bars : strings.numbers}
      </button>
    </div>
  );
}
