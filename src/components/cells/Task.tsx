import { useState } from 'preact/hooks';
import type { CheckResult } from '../../notebook/check.ts';
import type { Task as TaskData } from '../../notebook/lesson.ts';
import { lab, type } from '../lab.ts';
import { atRest, play } from '../play.ts';
import { solved, useSolved } from '../progress.ts';
import { strings } from '../strings.ts';
import Prose from './Prose.tsx';

/** A task with named checks on the cluster's state, hints in steps, and a solution that can be replayed. */
export default function Task({ task }: { task: TaskData }) {
  const [results, setResults] = useState<readonly CheckResult[]>([]);
  const [hints, setHints] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const before = useSolved([task.id]).length > 0;
  const passed = results.length > 0 ? results.every((result) => result.pass) : before;

  const run = (act: () => Promise<void>) => async (): Promise<void> => {
    setBusy(true);
    setTrouble('');
    try {
      await act();
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const check = async (): Promise<void> => {
    const api = await lab();
    await atRest();
    const found = await api.check(task.checks);
    setResults(found);
    if (found.every((result) => result.pass)) solved(task.id);
  };
  const show = async (): Promise<void> => {
    await play(task.solution, type);
    await check();
  };

  return (
    <section class={`cell task${passed ? ' passed' : ''}`} aria-labelledby={`task-${task.id}`}>
      <h3 id={`task-${task.id}`}>
        <span class="kicker">{passed ? strings.passed : 'Task'}</span> {task.title}
      </h3>
      <p>
        <Prose text={task.ask} />
      </p>
      <div aria-live="polite">
        {task.hints.slice(0, hints).map((hint) => (
          <p class="hint" key={hint}>
            <Prose text={hint} />
          </p>
        ))}
      </div>
      <ul class="checks" aria-live="polite">
        {task.checks.map(({ name, wanted }, i) => {
          const result = results[i];
          return (
            <li key={name} class={result === undefined ? '' : result.pass ? 'ok' : 'bad'}>
              <b>{name}</b>
              <span>
                <i>{strings.wanted}</i> {wanted}
              </span>
              {result !== undefined && (
                <span>
                  <i>{strings.saw}</i> {result.saw}
                </span>
              )}
              {result?.nudge !== undefined && (
                <span class="nudge">
                  <Prose text={result.nudge} />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {trouble !== '' && (
        <p role="alert" class="nudge">
          {trouble}
        </p>
      )}
      <footer>
        <button type="button" class="primary" disabled={busy} onClick={() => void run(check)()}>
          {busy ? strings.checking : strings.check}
        </button>
        {hints < task.hints.length && (
          <button type="button" onClick={() => setHints(hints + 1)}>
            {strings.hint}
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => void run(show)()}>
          {strings.solution}
        </button>
      </footer>
    </section>
  );
}
