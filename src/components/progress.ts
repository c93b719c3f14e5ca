import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What a reader has done, kept in this browser: `lesson/cell`. */
const done = signal<ReadonlySet<string>>(new Set());
const KEY = 'kubernotes:done';

/** A cell's place in the progress: the lesson is the last part of the page's address. */
const nameOf = (cell: string): string => `${location.pathname.split('/').filter(Boolean).at(-1) ?? ''}/${cell}`;

function read(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown;
    if (Array.isArray(kept)) done.value = new Set(kept.filter((name) => typeof name === 'string'));
  } catch {
    // Storage is forbidden, or holds what nobody can read: then nothing is done yet.
  }
}

/** The cell was solved. */
export function solved(cell: string): void {
  const name = nameOf(cell);
  if (done.peek().has(name)) return;
  read();
  done.value = new Set([...done.peek(), name]);
  try {
    localStorage.setItem(KEY, JSON.stringify([...done.peek()]));
  } catch {
    // As above: it is known as long as the page is there.
  }
}

/** Which of these cells are solved. What the browser keeps is read when the page has come alive, so that it begins as the server made it. */
export function useSolved(cells: readonly string[]): readonly string[] {
  useEffect(read, []);
  return cells.filter((cell) => done.value.size > 0 && done.value.has(nameOf(cell)));
}
