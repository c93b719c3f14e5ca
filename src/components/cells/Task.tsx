import { useState } from 'preact/hooks';
import type { CheckResult } from '../../notebook/check.ts';
import type { Task as TaskData } from '../../notebook/lesson.ts';
import { lab, type } from '../lab.ts';
import { play } from '../play.ts';
import { strings } from '../strings.ts';

/** A task with named checks on the cluster's state, hints in steps, and a solution that can be replayed. */
export default function Task({ task }: { task: TaskData }) {
  const [results, setResults] = useState<readonly CheckResult[]>([]);
  const [hints, setHints] = useState(0);
  const [busy, setBusy] = useState(false);
  const passed = results.length > 0 && results.every((result) => result.pass);

  const check = async (): Promise<void> => {
    setBusy(true);
    const api = await lab();
    await api.clock.untilQuiet();
    setResults(await api.check(task.checks));
    setBusy(false);
  };
  const show = async (): Promise<void> => {
    setBusy(true);
    await play(task.solution, type);
    await check();
  };

  return (
    <section class={`cell task${passed ? ' passed' : ''}`} aria-labelledby={`task-${task.id}`}>
      <h3 id={`task-${task.id}`}>
        <span class="kicker">{passed ? strings.passed : 'Task'}</span> {task.title}
      </h3>
      <p>{task.ask}</p>
      {task.hints.slice(0, hints).map((hint) => (
        <p class="hint" key={hint}>
          {hint}
        </p>
      ))}
      <ul class="checks" aria-live="polite">
        {(results.length > 0
          ? results
          : task.checks.map((each) => ({ name: each.name, wanted: each.wanted, pass: undefined, saw: '', nudge: undefined }))
        ).map((result) => (
          <li key={result.name} class={result.pass === undefined ? '' : result.pass ? 'ok' : 'bad'}>
            <b>{result.name}</b>
            <span>
              <i>{strings.wanted}</i> {result.wanted}
            </span>
            {result.pass !== undefined && (
              <span>
                <i>{strings.saw}</i> {result.saw}
              </span>
            )}
            {result.nudge !== undefined && <span class="nudge">{result.nudge}</span>}
          </li>
        ))}
      </ul>
      <footer>
        <button type="button" class="primary" disabled={busy} onClick={() => void check()}>
          {busy ? strings.checking : strings.check}
        </button>
        {hints < task.hints.length && (
          <button type="button" onClick={() => setHints(hints + 1)}>
            {strings.hint}
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => void show()}>
          {strings.solution}
        </button>
      </footer>
    </section>
  );
}
