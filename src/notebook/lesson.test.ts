import { describe, expect, it } from 'vitest';
import { LessonError, readLesson } from './lesson.ts';

const GOOD = `covers: [a-statement]
tasks:
  - id: one
    title: One
    ask: Do it.
    checks:
      - name: Done
        wanted: a pod
        when: { count: 1, of: { resource: pods } }
        nudge: Make a pod.
    solution:
      - kubectl run one --image=nginx
predictions:
  - id: two
    question: Which?
    choices:
      - { text: This, because: Of that., right: true }
      - { text: That, because: Of this. }
    run: [kubectl get pods]
    outcome: This.
    truth: { printed: [one] }
quizzes:
  - id: three
    ask: In which order?
    order:
      - { text: First, because: It begins. }
      - { text: Second, because: It follows. }
`;

function complaint(text: string): string {
  try {
    readLesson(text, 'a/lesson.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(LessonError);
    return (error as Error).message;
  }
  return '';
}

describe('an author’s mistake', () => {
  it('is none in a good lesson', () => {
    const lesson = readLesson(GOOD, 'a/lesson.yaml');
    expect([lesson.tasks.length, lesson.predictions.length, lesson.quizzes[0]?.kind]).toEqual([1, 1, 'order']);
  });

  it.each([
    ['a title that is missing', 'title: One', 'titel: One', 'a/lesson.yaml:4: tasks[0].titel: unknown; id, title, ask,'],
    ['a check without a nudge', '        nudge: Make a pod.\n', '', 'a/lesson.yaml:7: tasks[0].checks[0].nudge: is missing; write it here'],
    [
      'a condition that is none',
      '{ count: 1, of',
      '{ cuont: 1, of',
      'a/lesson.yaml:9: tasks[0].checks[0].when: a condition is {count, of}',
    ],
    [
      'a query for nothing',
      '{ resource: pods }',
      '{ kind: Pod }',
      'a/lesson.yaml:9: tasks[0].checks[0].when.of.kind: unknown; resource, namespace,',
    ],
    [
      'a task that nobody can prove',
      '\n      - kubectl run one --image=nginx',
      ' []',
      'a/lesson.yaml:11: tasks[0].solution: a task needs a solution',
    ],
    [
      'two right choices',
      'because: Of this. }',
      'because: Of this., right: true }',
      'a/lesson.yaml:16: predictions[0].choices: exactly one choice must be right, and 2 are',
    ],
    [
      'an outcome that is not proven',
      '{ printed: [one] }',
      '{}',
      'a/lesson.yaml:21: predictions[0].truth: say what the run prints (printed) or leads to (when)',
    ],
    ['an id used twice', 'id: three', 'id: one', 'a/lesson.yaml:23: quizzes[0].id: the id "one" is used twice'],
    [
      'a quiz of one step',
      '      - { text: Second, because: It follows. }\n',
      '',
      'a/lesson.yaml:25: quizzes[0].order: needs at least two',
    ],
    ['what is not YAML', 'ask: Do it.', 'ask: "Do it.', 'a/lesson.yaml:'],
  ])('%s is named with its line and its mend', (_what, was, is, wanted) => {
    expect(GOOD).toContain(was);
    expect(complaint(GOOD.replace(was, is))).toContain(wanted);
  });
});
