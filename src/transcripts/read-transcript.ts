import { load } from 'js-yaml';

/** A line that is typed, and what the terminal has to show. */
export interface Step {
  line: string;
  /** `%`: the next line is typed as soon as this one is done, before the cluster has come to rest. */
  hasty: boolean;
  expected: string[];
  /** Number of the step's first line in the file, from 0. */
  at: number;
}

/** One experiment: the statements it shows, the cluster it begins with, and what is done there. */
export interface Experiment {
  ids: string[];
  title: string;
  /** Why it cannot be shown yet. It is played all the same, and has to fail. */
  missing?: string;
  scenario: Record<string, unknown>;
  files: Record<string, string>;
  steps: Step[];
}

/** Reads the text form that README.md describes. Throws with file and line. */
export function readTranscript(text: string, file: string): Experiment[] {
  const lines = text.split('\n');
  const shared = { scenario: {} as Record<string, unknown>, files: {} as Record<string, string> };
  const experiments: Experiment[] = [];
  let step: Step | undefined;
  const fail = (at: number, problem: string): never => {
    throw new Error(`${file}:${at + 1}: ${problem}`);
  };

  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const experiment = experiments.at(-1);
    const heading = /^## ([a-z0-9-]+(?:, [a-z0-9-]+)*)(?: \| (.+))?$/.exec(line);
    const directive = /^@(\w+) (.+)$/.exec(line);
    if (heading !== null) {
      step = undefined;
      experiments.push({
        ids: (heading[1] ?? '').split(', '),
        title: heading[2] ?? '',
        scenario: { ...shared.scenario },
        files: { ...shared.files },
        steps: [],
      });
    } else if (directive !== null) {
      step = undefined;
      const [, name, rest = ''] = directive;
      const into = experiment ?? shared;
      if (name === 'scenario') Object.assign(into.scenario, load(rest));
      else if (name === 'missing' && experiment !== undefined) experiment.missing = rest;
      else if (name === 'file') {
        const content: string[] = [];
        while (/^(?: {2}|$)/.test(lines[at + 1] ?? '#')) content.push((lines[++at] ?? '').slice(2));
        into.files[rest] = `${content.join('\n').trimEnd()}\n`;
      } else fail(at, `no directive @${name ?? ''} here; there are @scenario, @file and, in an experiment, @missing`);
    } else if (/^[$%] /.test(line)) {
      step = { line: line.slice(2), hasty: line.startsWith('%'), expected: [], at };
      if (experiment === undefined) fail(at, 'a line is typed before the first "## id"');
      else experiment.steps.push(step);
    } else if (step !== undefined) {
      if (line.trim() !== '') step.expected.push(line);
    } else if (line.trim() !== '' && !line.startsWith('# ')) {
      fail(at, 'neither a heading (## id | title), a directive (@…), a typed line ($ …, % …) nor a comment (# …)');
    }
  }
  return experiments;
}
