import { phase, problem, reset } from './lab.ts';
import { strings } from './strings.ts';

/** What went wrong with the cluster, and the way out. The page itself goes on. */
export default function Problem() {
  const failed = phase.value === 'failed';
  const text = problem.value;
  if (!failed && text === undefined) return null;
  return (
    <div class="problem" role="alert">
      <p>
        {failed && <b>{strings.stopped}</b>} <span>{text}</span>
      </p>
      {failed ? (
        <button type="button" class="primary" onClick={() => void reset()}>
          {strings.resetCluster}
        </button>
      ) : (
        <button type="button" onClick={() => (problem.value = undefined)}>
          {strings.dismiss}
        </button>
      )}
    </div>
  );
}
