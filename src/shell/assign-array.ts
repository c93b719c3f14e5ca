import type { Task } from '../engine/os/task.ts';
import { arrayOf, EMPTY_ARRAY, withElement } from './array.ts';
import { elementKey, expandValue, expandWords } from './expand.ts';
import type { Shell } from './shell.ts';
import type { Assignment } from './syntax.ts';

/** `a=(…)`, `a+=(…)`, `a[i]=…`. */
export function* assignArray(shell: Shell, { name, append, value, index, items }: Assignment): Task<void> {
  if (index !== undefined) {
    const key = yield* elementKey(shell, name, index);
    const text = yield* expandValue(shell, value);
    shell.setElement(name, key, append ? shell.appended(name, shell.element(name, key) ?? '', text) : text);
    return;
  }
  const before = shell.variables.get(shell.target(name));
  const known = before?.array ?? (before?.value === undefined ? EMPTY_ARRAY : arrayOf([before.value]));
  let array = append ? known : { ...EMPTY_ARRAY, associative: known.associative };
  let next = Math.max(-1, ...[...array.items.keys()].map(Number).filter((key) => !Number.isNaN(key))) + 1;
  let key: string | undefined;
  for (const item of items ?? []) {
    if (item.index === undefined && array.associative) {
      // bash 5.1: without subscripts, keys and values take turns.
      for (const text of yield* expandWords(shell, [item.value])) {
        if (key === undefined) key = text;
        else {
          array = withElement(array, key, text);
          key = undefined;
        }
      }
      continue;
    }
    if (item.index === undefined) {
      for (const text of yield* expandWords(shell, [item.value])) array = withElement(array, String(next++), text);
      continue;
    }
    const at = yield* elementKey(shell, name, item.index);
    array = withElement(array, at, yield* expandValue(shell, item.value));
    next = Number(at) + 1;
  }
  if (key !== undefined) array = withElement(array, key, '');
  shell.setArray(name, array);
}
