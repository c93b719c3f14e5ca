import { useEffect, useState } from 'preact/hooks';
import type { QuizQuestion } from '../../notebook/lesson.ts';
import { solved, useSolved } from '../progress.ts';
import { strings } from '../strings.ts';
import './cells.css';
import Prose from './Prose.tsx';

type Of<K extends QuizQuestion['kind']> = Extract<QuizQuestion, { kind: K }>;

/** Match, order or choose; every answer has its reason. */
export default function Quiz({ quiz }: { quiz: QuizQuestion }) {
  const [checked, setChecked] = useState(false);
  const changed = (): void => setChecked(false);
  const before = useSolved([quiz.id]).length > 0;
  return (
    <section class={`cell quiz ${quiz.kind}`} aria-labelledby={`quiz-${quiz.id}`}>
      <h3 id={`quiz-${quiz.id}`}>
        <span class="kicker">{before ? strings.passed : 'Quiz'}</span> <Prose text={quiz.ask} />
      </h3>
      {quiz.kind === 'match' && <Match quiz={quiz} checked={checked} changed={changed} />}
      {quiz.kind === 'order' && <Order quiz={quiz} checked={checked} changed={changed} />}
      {quiz.kind === 'choose' && <Choose quiz={quiz} checked={checked} changed={changed} />}
      <button type="button" class="primary" onClick={() => setChecked(true)}>
        {strings.check}
      </button>
    </section>
  );
}

interface Part<K extends QuizQuestion['kind']> {
  quiz: Of<K>;
  checked: boolean;
  changed: () => void;
}

/** Everything was answered rightly when somebody asked. */
function useVerdict(quiz: QuizQuestion, checked: boolean, right: boolean): void {
  useEffect(() => {
    if (checked && right) solved(quiz.id);
  }, [checked, right]);
}

function Verdict({ right, because }: { right: boolean; because: string }) {
  return (
    <p role="status">
      <b>{right ? 'Right.' : 'No.'}</b> <Prose text={because} />
    </p>
  );
}

function Match({ quiz, checked, changed }: Part<'match'>) {
  const [answers, setAnswers] = useState<Record<string, string>>({});
  useVerdict(
    quiz,
    checked,
    quiz.pairs.every(({ left, right }) => answers[left] === right),
  );
  const options = [...new Set(quiz.pairs.map((pair) => pair.right))].sort();
  return (
    <ul>
      {quiz.pairs.map((pair) => {
        const answer = answers[pair.left] ?? '';
        const right = answer === pair.right;
        return (
          <li key={pair.left} class={checked ? (right ? 'ok' : 'bad') : ''}>
            <label>
              <span>
                <Prose text={pair.left} />
              </span>
              <select
                value={answer}
                onChange={(event) => {
                  setAnswers({ ...answers, [pair.left]: event.currentTarget.value });
                  changed();
                }}
              >
                <option value="">…</option>
                {options.map((option) => (
                  <option key={option}>{option}</option>
                ))}
              </select>
            </label>
            {/* The reason names the answer, so a wrong one gets no more than its verdict. */}
            {checked &&
              (right ? (
                <Verdict right because={pair.because} />
              ) : (
                <Verdict right={false} because={answer === '' ? 'Not answered yet.' : 'Think of who acts there.'} />
              ))}
          </li>
        );
      })}
    </ul>
  );
}

function Order({ quiz, checked, changed }: Part<'order'>) {
  const [order, setOrder] = useState(() => mixed(quiz.steps.map((step) => step.text)));
  const move = (from: number, to: number): void => {
    const next = [...order];
    const [item = ''] = next.splice(from, 1);
    next.splice(to, 0, item);
    setOrder(next);
    changed();
  };
  const firstWrong = order.findIndex((text, i) => quiz.steps[i]?.text !== text);
  useVerdict(quiz, checked, firstWrong === -1);
  return (
    <ol>
      {order.map((text, i) => {
        const right = quiz.steps[i]?.text === text;
        return (
          <li key={text} class={checked ? (right ? 'ok' : 'bad') : ''}>
            <span class="order-row">
              <span>
                <Prose text={text} />
              </span>
              <span class="order-moves">
                <button type="button" aria-label={`Earlier: ${text}`} disabled={i === 0} onClick={() => move(i, i - 1)}>
                  ↑
                </button>
                <button type="button" aria-label={`Later: ${text}`} disabled={i === order.length - 1} onClick={() => move(i, i + 1)}>
                  ↓
                </button>
              </span>
            </span>
            {checked && right && <Verdict right because={quiz.steps[i]?.because ?? ''} />}
            {checked && i === firstWrong && (
              <Verdict right={false} because={`Here belongs something else. ${quiz.steps[i]?.because ?? ''}`} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Choose({ quiz, checked, changed }: Part<'choose'>) {
  const [choice, setChoice] = useState<number>();
  useVerdict(quiz, checked, choice !== undefined && quiz.options[choice]?.right === true);
  return (
    <ul>
      {quiz.options.map((option, i) => {
        const mine = checked && choice === i;
        return (
          <li key={option.text} class={mine ? (option.right ? 'ok' : 'bad') : ''}>
            <label>
              <span>
                <input
                  type="radio"
                  name={quiz.id}
                  checked={choice === i}
                  onChange={() => {
                    setChoice(i);
                    changed();
                  }}
                />{' '}
                <Prose text={option.text} />
              </span>
            </label>
            {mine && <Verdict right={option.right} because={option.because} />}
          </li>
        );
      })}
      {checked && choice === undefined && <li role="status">Choose one first.</li>}
    </ul>
  );
}

/** The same disorder for everybody, on the server and in the page: by a sum over the letters. */
function mixed(texts: readonly string[]): string[] {
  const weight = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
  const result = texts.toSorted((a, b) => weight(a) - weight(b));
  return result.every((text, i) => text === texts[i]) ? result.toReversed() : result;
}
