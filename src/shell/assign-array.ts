import type { Task } from '../engine/os/task.ts';
import { arrayOf, EMPTY_ARRAY, withElement } from './array.ts';
import { elementKey, expandText, expandWords } from './expand.ts';
import type { Shell } from './shell.ts';
import type { Assignment } from './syntax.ts';

/** `a=(…)`, `a+=(…)`, `a[i]=…`. */
export function* assignArray(shell: Shell, { name, append, value, index, items }: Assignment): Task<void> {
  if (index !== undefined) {
    const key = yield* elementKey(shell, name, index);
    const text = yield* expandText(shell, value);
    shell.setElement(name, key, (append ? (shell.element(name, key) ?? '') : '') + text);
    return;
  }
  const before = shell.variables.get(name);
  const known = before?.array ?? (before?.value === undefined ? EMPTY_ARRAY : arrayOf([before.value]));
  let array = append ? known : { ...EMPTY_ARRAY, associative: known.associative };
  let next = Math.max(-1, ...[...array.items.keys()].map(Number).filter((key) => !Number.isNaN(key))) + 1;
  for (const item of items ?? []) {
    if (item.index === undefined) {
      for (const text of yield* expandWords(shell, [item.value])) array = withElement(array, String(next++), text);
      continue;
    }
    const key = yield* elementKey(shell, name, item.index);
    array = withElement(array, key, yield* expandText(shell, item.value));
    next = Number(key) + 1;
  }
  shell.setArray(name, array);
}
