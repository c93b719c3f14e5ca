import { readLesson, type Prediction, type QuizQuestion, type Task } from '../../../notebook/lesson.ts';
import { parseScenario } from '../../../engine/scenario.ts';
import broken from './broken.yaml?raw';
import lessonText from './lesson.yaml?raw';
import scenarioText from './scenario.yaml?raw';

const lesson = readLesson(lessonText, 'control-plane-tour/lesson.yaml');
const scenario = parseScenario(scenarioText, 'control-plane-tour/scenario.yaml');

export const start = { page: 'control-plane-tour', scenario: { text: scenarioText, file: 'control-plane-tour/scenario.yaml' } };

/** What there is to do, for the progress. */
export const cells = [...lesson.tasks, ...lesson.predictions, ...lesson.quizzes].map(({ id }) => id);

export const task = (id: string): Task => find(lesson.tasks, id);
export const prediction = (id: string): Prediction => find(lesson.predictions, id);
export const quiz = (id: string): QuizQuestion => find(lesson.quizzes, id);

/** A file of the learner's home as the scenario has it, or the text of the broken scenario. */
export function textOf(name: string): string {
  if (name === 'broken') return broken;
  const text = scenario.files[`/home/learner/${name}`];
  if (text === undefined) throw new Error(`control-plane-tour/scenario.yaml: files: no /home/learner/${name}`);
  return text;
}

function find<T extends { id: string }>(list: readonly T[], id: string): T {
  const found = list.find((item) => item.id === id);
  if (found === undefined)
    throw new Error(`control-plane-tour/lesson.yaml: nothing has the id "${id}"; there are ${list.map((item) => item.id).join(', ')}`);
  return found;
}
