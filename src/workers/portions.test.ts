import { expect, test } from 'vitest';
import { Portions, type News } from './portions.ts';

const NOTHING: News = { output: [], prompts: [], edits: [], beats: [] };
const printed = (text: string): News => ({
  ...NOTHING,
  output: [{ session: 'main', at: 0, bytes: new TextEncoder().encode(text) }],
  prompts: [{ session: 'main', prompt: '$ ' }],
});
const textOf = ({ output }: News): string => output.map(({ bytes }) => new TextDecoder().decode(bytes)).join('');

test('much output goes in portions, whole and in order, and the prompt comes after it', () => {
  const portions = new Portions();
  const text = Array.from({ length: 20_000 }, (_, i) => `row ${i}\n`).join('');
  let all = '';
  for (let news = portions.next(printed(text)); ; news = portions.next(NOTHING)) {
    expect(textOf(news).length).toBeLessThanOrEqual(32 * 1024);
    all += textOf(news);
    expect(news.prompts.length).toBe(portions.waiting ? 0 : 1);
    if (!portions.waiting) break;
  }
  expect(all).toBe(text);
});

test('of endless output the newest is kept', () => {
  const portions = new Portions();
  for (let i = 0; i < 300; i++) portions.next({ ...printed(`${i} `.padEnd(100_000, '.')), prompts: [] });
  let all = '';
  for (let news = portions.next(NOTHING); news.output.length > 0; news = portions.next(NOTHING)) all += textOf(news);
  expect(all.length).toBeLessThan(5_000_000);
  expect(all).toContain('299 ');
});

test('an interrupt drops what was not shown yet; the prompt comes at once', () => {
  const portions = new Portions();
  portions.next(printed('x'.repeat(1_000_000)));
  portions.flush('main');
  expect(portions.next(NOTHING)).toEqual({ ...NOTHING, prompts: [{ session: 'main', prompt: '$ ' }] });
});
