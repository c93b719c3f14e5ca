import { useState } from 'preact/hooks';
import type { Task as TaskData } from '../../notebook/lesson.ts';
import { lab, reset } from '../lab.ts';
import { strings } from '../strings.ts';
import Task from './Task.tsx';

/** Starts the page's cluster anew from a broken state; then it is a task like any other. */
export default function BreakFix({ scenario, file, task }: { scenario: string; file: string; task: TaskData }) {
  const [loaded, setLoaded] = useState(false);
  const load = async (): Promise<void> => {
    await lab();
    await reset({ text: scenario, file });
    setLoaded(true);
  };
  return (
    <div class="break-fix">
      <p>
        <button type="button" onClick={() => void load()}>
          {strings.breakIt}
        </button>{' '}
        <span role="status">{loaded ? strings.broken : ''}</span>
      </p>
      <Task task={task} />
    </div>
  );
}
