import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { play } from '../../../transcripts/play.ts';
import { readTranscript } from '../../../transcripts/read-transcript.ts';

// What the real kubectl was seen to say, by command; src/transcripts/README.md has the form.
const FOLDER = new URL('./', import.meta.url);

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith('.transcript')))('%s', (file) => {
  it.each(readTranscript(readFileSync(new URL(file, FOLDER), 'utf8'), file))('$title', (experiment) => {
    const { shown, expected } = play(experiment);
    expect(shown).toBe(expected);
  });
});
