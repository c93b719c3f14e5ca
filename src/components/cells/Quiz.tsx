import { useState } from 'preact/hooks';
import type { QuizQuestion } from '../../notebook/lesson.ts';
import { strings } from '../strings.ts';

/** Match left with right; every answer has its reason. */
export default function Quiz({ quiz }: { quiz: QuizQuestion }) {
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [checked, setChecked] = useState(false);
  const options = quiz.pairs.map((pair) => pair.right).sort();
  return (
    <section class="cell quiz" aria-labelledby={`quiz-${quiz.id}`}>
      <h3 id={`quiz-${quiz.id}`}>
        <span class="kicker">Quiz</span> {quiz.ask}
      </h3>
      <ul>
        {quiz.pairs.map((pair) => {
          const answer = answers[pair.left] ?? '';
          const right = answer === pair.right;
          return (
            <li key={pair.left} class={checked ? (right ? 'ok' : 'bad') : ''}>
              <label>
                <span>{pair.left}</span>
                <select
                  value={answer}
                  onChange={(event) => {
                    setAnswers({ ...answers, [pair.left]: event.currentTarget.value });
                    setChecked(false);
                  }}
                >
                  <option value="">…</option>
                  {options.map((option) => (
                    <option key={option}>{option}</option>
                  ))}
                </select>
              </label>
              {checked && (
                <p role="status">
                  {right ? '' : 'No. '}
                  {pair.because}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      <button type="button" class="primary" onClick={() => setChecked(true)}>
        {strings.check}
      </button>
    </section>
  );
}
