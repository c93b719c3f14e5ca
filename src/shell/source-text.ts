import type { Word } from './syntax.ts';

const TEXTS = new WeakMap<Word, string>();

/** Remembers how a word was typed: trees keep what it means. */
export function typedAs<T extends Word>(word: T, text: string): T {
  TEXTS.set(word, text);
  return word;
}

export function sourceText(word: Word): string {
  return TEXTS.get(word) ?? word.map((part) => (part.kind === 'literal' ? part.text : '')).join('');
}

export function isTyped(word: Word): boolean {
  return TEXTS.has(word);
}
