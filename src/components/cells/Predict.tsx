import { useState } from 'preact/hooks';
import type { Prediction } from '../../notebook/lesson.ts';
import { type } from '../lab.ts';
import { play } from '../play.ts';
import { solved, useSolved } from '../progress.ts';
import { strings } from '../strings.ts';
import Prose from './Prose.tsx';

/** Commit to an answer, then watch it happen: prediction and outcome side by side. */
export default function Predict({ prediction }: { prediction: Prediction }) {
  const [choice, setChoice] = useState<number>();
  const [state, setState] = useState<'open' | 'running' | 'done'>('open');
  const chosen = choice === undefined ? undefined : prediction.choices[choice];
  const before = useSolved([prediction.id]).length > 0;
  const right = prediction.choices.find((each) => each.right === true);

  const run = async (): Promise<void> => {
    setState('running');
    try {
      await play(prediction.run, type);
      setState('done');
      solved(prediction.id);
    } catch {
      // The cluster did not start; its own cell says why, and the answer may be given again.
      setState('open');
    }
  };

  return (
    <section class="cell predict" aria-labelledby={`predict-${prediction.id}`}>
      <h3 id={`predict-${prediction.id}`}>
        <span class="kicker">{before ? strings.passed : 'Predict'}</span> <Prose text={prediction.question} />
      </h3>
      <fieldset disabled={state !== 'open'}>
        <legend class="visually-hidden">{prediction.question}</legend>
        {prediction.choices.map((each, i) => (
          <label key={each.text}>
            <input type="radio" name={prediction.id} checked={choice === i} onChange={() => setChoice(i)} /> <Prose text={each.text} />
          </label>
        ))}
      </fieldset>
      {state === 'open' && (
        <button type="button" class="primary" disabled={choice === undefined} onClick={() => void run()}>
          {strings.commit}
        </button>
      )}
      {state === 'running' && <p>{strings.checking}</p>}
      {state === 'done' && chosen !== undefined && (
        <div class="side-by-side" role="status">
          <div class={chosen.right === true ? 'ok' : 'bad'}>
            <b>{strings.yourAnswer}</b>
            <p>
              <Prose text={chosen.text} />
            </p>
            <p>
              <Prose text={chosen.because} />
            </p>
          </div>
          <div>
            <b>{strings.outcome}</b>
            <p>
              <Prose text={prediction.outcome} />
            </p>
            {chosen.right !== true && (
              <p>
                <Prose text={right?.because ?? ''} />
              </p>
            )}
          </div>
        </div>
      )}
    </section>
  );
}
