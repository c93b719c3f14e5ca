import type { Check } from './check.ts';

/** A task: what to reach, how one knows, what helps, how it is done, and how it usually goes wrong. */
export interface Task {
  id: string;
  title: string;
  ask: string;
  hints: string[];
  checks: Check[];
  /** Lines to type; `wait` lets the cluster come to rest between them. */
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
}

export interface QuizQuestion {
  id: string;
  ask: string;
  /** Left sides to be matched with right sides; each pair has its reason. */
  pairs: { left: string; right: string; because: string }[];
}

/** `lesson.yaml` of a lesson's folder. */
export interface Lesson {
  tasks: Task[];
  predictions: Prediction[];
  quizzes: QuizQuestion[];
}

export class LessonError extends Error {}

/** Checks the shape of a lesson's YAML. Throws `LessonError` that names file, place and mend. */
export function readLesson(value: unknown, file: string): Lesson {
  const fail = (place: string, mend: string): never => {
    throw new LessonError(`${file}: ${place}: ${mend}`);
  };
  const lesson = (value ?? {}) as Partial<Lesson>;
  for (const key of Object.keys(lesson))
    if (!['tasks', 'predictions', 'quizzes'].includes(key)) fail(key, 'unknown; tasks, predictions or quizzes was expected');
  const ids = new Set<string>();
  const unique = (id: unknown, place: string): void => {
    if (typeof id !== 'string' || id === '') fail(place, 'needs an id');
    if (ids.has(id as string)) fail(place, `id "${id as string}" is used twice`);
    ids.add(id as string);
  };
  (lesson.tasks ?? []).forEach((task, i) => {
    const place = `tasks[${i}]`;
    unique(task.id, place);
    for (const field of ['title', 'ask'] as const) if (typeof task[field] !== 'string') fail(`${place}.${field}`, 'is missing');
    if (!Array.isArray(task.checks) || task.checks.length === 0) fail(`${place}.checks`, 'a task needs at least one check');
    if (!Array.isArray(task.solution) || task.solution.length === 0)
      fail(`${place}.solution`, 'a task needs a solution, or nobody can prove it');
    task.checks.forEach((check, j) => {
      for (const field of ['name', 'wanted', 'nudge'] as const)
        if (typeof check[field] !== 'string') fail(`${place}.checks[${j}].${field}`, 'is missing');
      if (check.when === undefined) fail(`${place}.checks[${j}].when`, 'is missing: what must hold?');
    });
    task.hints ??= [];
    task.mistakes ??= [];
  });
  (lesson.predictions ?? []).forEach((prediction, i) => {
    unique(prediction.id, `predictions[${i}]`);
    if (prediction.choices.filter((choice) => choice.right === true).length !== 1)
      fail(`predictions[${i}].choices`, 'exactly one choice must be right');
  });
  (lesson.quizzes ?? []).forEach((quiz, i) => {
    unique(quiz.id, `quizzes[${i}]`);
    for (const pair of quiz.pairs) if (pair.because === undefined) fail(`quizzes[${i}]`, `"${pair.left}" needs a reason (because)`);
  });
  return { tasks: lesson.tasks ?? [], predictions: lesson.predictions ?? [], quizzes: lesson.quizzes ?? [] };
}
