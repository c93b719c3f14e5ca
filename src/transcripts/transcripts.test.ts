import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFieldTexts } from '../workers/field-texts.ts';
import { play } from './play.ts';
import { readTranscript } from './read-transcript.ts';

// The statements of the course, tried out: what a learner types, and what the terminal has to show. README.md has the form.
const FOLDER = new URL('./', import.meta.url);
const STATEMENTS = load(readFileSync(new URL('../content/statements.yaml', import.meta.url), 'utf8')) as Record<string, string[]>;
const KNOWN = new Set(Object.values(STATEMENTS).flat());

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.transcript'));
const experiments = files.flatMap((name) =>
  readTranscript(readFileSync(new URL(name, FOLDER), 'utf8'), name).map((experiment) => ({ name, experiment })),
);

// For `kubectl explain`.
beforeAll(loadFieldTexts);

describe.each(files)('%s', (file) => {
  for (const { experiment } of experiments.filter(({ name }) => name === file)) {
    const { ids, title, missing } = experiment;
    const name = `${ids.join(', ')}: ${title}`;
    // One that cannot be shown yet has to fail: when it no longer does, its @missing is to be taken away.
    if (missing === undefined)
      it(name, () => {
        const { shown, expected } = play(experiment);
        expect(shown).toBe(expected);
      });
    else
      it(`${name} is still missing (${missing})`, () => {
        expect(play(experiment).differs).toBeDefined();
      });
  }
});

it('names statements that the course has, each once', () => {
  const ids = experiments.flatMap(({ experiment }) => experiment.ids);
  expect(ids.filter((id) => !KNOWN.has(id))).toEqual([]);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

it('says in the README how many statements of each topic are tried out', () => {
  const shown = new Set(experiments.flatMap(({ experiment }) => (experiment.missing === undefined ? experiment.ids : [])));
  const counted = Object.entries(STATEMENTS).map(([topic, all]) => [topic, `${all.filter((id) => shown.has(id)).length} of ${all.length}`]);
  const told = readFileSync(new URL('README.md', FOLDER), 'utf8').matchAll(/^\| ([a-z-]+) +\| (\d+ of \d+) +\|$/gm);
  expect(Object.fromEntries([...told].map(([, topic, count]) => [topic, count]))).toEqual(Object.fromEntries(counted));
});
