import { readCheck, readCondition } from './read-check.ts';
import type { Check, Condition } from './check.ts';
import { Field, LessonError } from './field.ts';

/** A task: what to reach, how one knows, what helps, how it is done, and how it usually goes wrong. */
export interface Task {
  id: string;
  title: string;
  ask: string;
  hints: string[];
  /** A scenario of the lesson's folder that it starts from (break and fix); unset: the lesson's own. */
  start?: string;
  checks: Check[];
  /** Lines to type; the cluster comes to rest after each. */
  solution: string[];
  /** Ways to fail, each with the nudge that it must get. */
  mistakes: { lines: string[]; nudge: string }[];
}

export interface Prediction {
  id: string;
  question: string;
  choices: { text: string; right?: boolean; because: string }[];
  /** Lines that show the outcome. */
  run: string[];
  outcome: string;
  /** What makes the outcome true: texts that the run prints, and a state it leads to. Proven by tests. */
  truth: { printed: string[]; when?: Condition };
}

/** A question without the cluster; every option has its reason. */
export type QuizQuestion = { id: string; ask: string } & (
  | { kind: 'match'; pairs: { left: string; right: string; because: string }[] }
  /** Steps in their right order. */
  | { kind: 'order'; steps: { text: string; because: string }[] }
  | { kind: 'choose'; options: { text: string; right: boolean; because: string }[] }
);

/** `lesson.yaml` of a lesson's folder. */
export interface Lesson {
  /** Statements of the course (`content/statements.yaml`) that this lesson shows. */
  covers: string[];
  tasks: Task[];
  predictions: Prediction[];
  quizzes: QuizQuestion[];
}

export { LessonError };

/** Reads a lesson's YAML. Throws `LessonError` that names file, line, place and mend. */
export function readLesson(text: string, file: string): Lesson {
  const top = Field.read(text, file).mapping(['tasks'], ['covers', 'predictions', 'quizzes']);
  const ids = new Set<string>();
  const unique = (field: Field): string => {
    const id = field.text();
    if (!/^[a-z0-9-]+$/.test(id)) field.fail(`"${id}" is no id; use small letters, digits and dashes`);
    if (ids.has(id)) field.fail(`the id "${id}" is used twice; the text finds its cells by them, so give this one another`);
    ids.add(id);
    return id;
  };
  const covers = top.at('covers').list();
  covers.forEach((field, i) => {
    if (covers.findIndex((other) => other.value === field.value) !== i) field.fail(`"${field.text()}" stands here twice; drop one`);
  });
  return {
    covers: covers.map((field) => field.text()),
    tasks: top
      .at('tasks')
      .list()
      .map((field) => readTask(field, unique)),
    predictions: top
      .at('predictions')
      .list()
      .map((field) => readPrediction(field, unique)),
    quizzes: top
      .at('quizzes')
      .list()
      .map((field) => readQuiz(field, unique)),
  };
}

function readTask(field: Field, unique: (id: Field) => string): Task {
  field.mapping(['id', 'title', 'ask', 'checks', 'solution'], ['hints', 'start', 'mistakes']);
  const start = field.at('start');
  return {
    id: unique(field.at('id')),
    title: field.at('title').text(),
    ask: field.at('ask').text(),
    hints: field.at('hints').texts(),
    ...(start.given ? { start: start.text() } : {}),
    checks: field.at('checks').some('a task needs a check, or nobody can tell when it is done').map(readCheck),
    solution: field
      .at('solution')
      .some('a task needs a solution, or nobody can prove that it can be done')
      .map((line) => line.text()),
    mistakes: field
      .at('mistakes')
      .list()
      .map((mistake) => {
        mistake.mapping(['lines', 'nudge']);
        return { lines: mistake.at('lines').texts(), nudge: mistake.at('nudge').text() };
      }),
  };
}

function readPrediction(field: Field, unique: (id: Field) => string): Prediction {
  field.mapping(['id', 'question', 'choices', 'run', 'outcome', 'truth']);
  const truth = field.at('truth').mapping([], ['printed', 'when']);
  const when = truth.at('when');
  if (!when.given && !truth.at('printed').given)
    truth.fail('say what the run prints (printed) or leads to (when), so that it can be proven');
  return {
    id: unique(field.at('id')),
    question: field.at('question').text(),
    choices: readChoices(field.at('choices')),
    run: field
      .at('run')
      .some('name the lines that show the outcome')
      .map((line) => line.text()),
    outcome: field.at('outcome').text(),
    truth: { printed: truth.at('printed').texts(), ...(when.given ? { when: readCondition(when) } : {}) },
  };
}

function readQuiz(field: Field, unique: (id: Field) => string): QuizQuestion {
  field.mapping(['id', 'ask'], ['match', 'order', 'choose']);
  const base = { id: unique(field.at('id')), ask: field.at('ask').text() };
  const kinds = (['match', 'order', 'choose'] as const).filter((kind) => field.at(kind).given);
  if (kinds.length !== 1) field.fail('needs exactly one of match, order and choose');
  switch (kinds[0]) {
    case 'match':
      return {
        ...base,
        kind: 'match',
        pairs: two(field.at('match')).map((pair) => {
          pair.mapping(['left', 'right', 'because']);
          return { left: pair.at('left').text(), right: pair.at('right').text(), because: pair.at('because').text() };
        }),
      };
    case 'order':
      return {
        ...base,
        kind: 'order',
        steps: two(field.at('order')).map((step) => {
          step.mapping(['text', 'because']);
          return { text: step.at('text').text(), because: step.at('because').text() };
        }),
      };
    default: {
      const options = readChoices(field.at('choose'));
      return { ...base, kind: 'choose', options: options.map((option) => ({ ...option, right: option.right === true })) };
    }
  }
}

/** Answers of which exactly one is right; each says why it is or is not. */
function readChoices(field: Field): Prediction['choices'] {
  const choices = two(field).map((choice) => {
    choice.mapping(['text', 'because'], ['right']);
    if (choice.at('right').given && choice.at('right').value !== true) choice.at('right').fail('is only ever true; leave it out elsewhere');
    return { text: choice.at('text').text(), ...(choice.at('right').given ? { right: true } : {}), because: choice.at('because').text() };
  });
  const right = choices.filter((choice) => choice.right === true).length;
  if (right !== 1) field.fail(`exactly one choice must be right, and ${right} are; mark it with "right: true"`);
  return choices;
}

function two(field: Field): Field[] {
  const items = field.list();
  return items.length < 2 ? field.fail('needs at least two, or there is nothing to decide') : items;
}
