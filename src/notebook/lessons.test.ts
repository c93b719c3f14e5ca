import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../engine/scenario.ts';
import { Session } from '../workers/session.ts';
import type { CheckResult } from './check.ts';
import { readLesson, type Lesson, type Task } from './lesson.ts';

// Each lesson proves itself: what it asks can be done, is not done already, and every listed mistake gets its sentence.
const LESSONS = new URL('../content/lessons/', import.meta.url);
const STATEMENTS = new Set(
  Object.values(load(readFileSync(new URL('../content/statements.yaml', import.meta.url), 'utf8')) as Record<string, string[]>).flat(),
);
// A solution that never comes to rest is no solution; virtual ms.
const LIMIT = 10 * 60_000;

for (const slug of readdirSync(LESSONS)) {
  const text = (name: string): string => readFileSync(new URL(`${slug}/${name}`, LESSONS), 'utf8');
  const lesson = readLesson(text('lesson.yaml'), `${slug}/lesson.yaml`);
  const page = text('index.mdx');

  const open = (scenario: string): Session => {
    const session = new Session({ scenario: parseScenario(text(scenario), `${slug}/${scenario}`), freeze: true });
    session.terminal('main');
    return session;
  };
  const type = (session: Session, lines: readonly string[]): void => {
    for (const line of lines) {
      session.line('main', line);
      expect(session.cluster.sim.runUntilQuiet(LIMIT), `the cluster never comes to rest after: ${line}`).toBe(true);
    }
  };
  const begin = (task: Task): Session => open(task.start ?? 'scenario.yaml');
  const failed = (results: readonly CheckResult[]): string[] =>
    results.filter((result) => !result.pass).map((result) => `${result.name}: wanted ${result.wanted}, saw ${result.saw}`);

  describe(`lesson ${slug}`, () => {
    describe.each(lesson.tasks)('task $id', (task) => {
      it('is not done at its start', () => {
        expect(failed(begin(task).check(task.checks))).not.toEqual([]);
      });

      it('is done by its solution, and says so with evidence', () => {
        const session = begin(task);
        type(session, task.solution);
        const results = session.check(task.checks);
        expect(failed(results)).toEqual([]);
        for (const result of results) expect(result.because, result.name).not.toEqual([]);
      });

      it.each(task.mistakes.map((mistake) => [mistake.lines.join('; '), mistake] as const))('nudges after: %s', (_lines, mistake) => {
        const session = begin(task);
        type(session, mistake.lines);
        expect(session.check(task.checks).flatMap((result) => result.nudge ?? [])).toContain(mistake.nudge);
      });

      it('has a listed mistake for every nudge that a check foresees', () => {
        const proven = new Set(task.mistakes.map((mistake) => mistake.nudge));
        const foreseen = task.checks.flatMap((check) => (check.mistakes ?? []).map((mistake) => mistake.nudge));
        expect(foreseen.filter((nudge) => !proven.has(nudge))).toEqual([]);
      });
    });

    it.each(lesson.predictions)('prediction $id comes true', (prediction) => {
      const session = open('scenario.yaml');
      type(session, prediction.run);
      const printed = new TextDecoder().decode(session.transcript('main')).replaceAll('\r', '');
      for (const each of prediction.truth.printed) expect(printed).toContain(each);
      const { when } = prediction.truth;
      if (when !== undefined) expect(failed(session.check([{ name: 'truth', wanted: prediction.outcome, when, nudge: '' }]))).toEqual([]);
    });

    it('can be done from top to bottom on one cluster', () => {
      let session = open('scenario.yaml');
      for (const cell of inOrder(lesson, page)) {
        if ('run' in cell) {
          type(session, cell.run);
          continue;
        }
        if (cell.start !== undefined) session = open(cell.start);
        type(session, cell.solution);
        expect(failed(session.check(cell.checks)), cell.id).toEqual([]);
      }
    });

    it('shows each of its cells in the text, and asks for no other', () => {
      const used = [...page.matchAll(/\b(?:task|prediction|quiz)\('([^']+)'\)/g)].map((match) => match[1]);
      const written = [...lesson.tasks, ...lesson.predictions, ...lesson.quizzes].map((cell) => cell.id);
      expect(used.toSorted()).toEqual(written.toSorted());
    });

    it('covers statements that the course has', () => {
      expect(lesson.covers.filter((id) => !STATEMENTS.has(id))).toEqual([]);
      expect(lesson.covers.length).toBeGreaterThan(0);
    });

    it('asks quizzes that can be answered', () => {
      for (const quiz of lesson.quizzes) {
        const answers =
          quiz.kind === 'match'
            ? quiz.pairs.map((pair) => pair.left)
            : (quiz.kind === 'order' ? quiz.steps : quiz.options).map((each) => each.text);
        // Two equal texts could not be told apart.
        expect(new Set(answers).size, quiz.id).toBe(answers.length);
      }
    });
  });
}

/** Tasks and predictions as the page has them, one after the other. */
function inOrder(lesson: Lesson, page: string): (Task | Lesson['predictions'][number])[] {
  return [...lesson.tasks, ...lesson.predictions].toSorted((a, b) => page.indexOf(`('${a.id}')`) - page.indexOf(`('${b.id}')`));
}
