import type { Task } from '../engine/os/task.ts';
import { evaluate } from './arithmetic.ts';
import { arrayOf } from './array.ts';
import { expandPattern, expandText } from './expand.ts';
import { matches } from './pattern.ts';
import type { Shell } from './shell.ts';
import type { Condition, Word } from './syntax.ts';
import { binaryTest, unaryTest } from './utilities/test.ts';
import { posixRegExp, RegExpMistake } from './utilities/basic-regexp.ts';
import { inProcess } from './in-process.ts';

/** `[[ … ]]` of bash: 0 true, 1 false, 2 for a regular expression that is none. */
export function* evaluateCondition(shell: Shell, condition: Condition): Task<number> {
  try {
    return (yield* holds(shell, condition)) ? 0 : 1;
  } catch (error) {
    if (error instanceof RegExpMistake) return 2;
    throw error;
  }
}

function* holds(shell: Shell, condition: Condition): Task<boolean> {
  switch (condition.kind) {
    case 'not':
      return !(yield* holds(shell, condition.of));
    case 'group':
      return yield* holds(shell, condition.of);
    case 'and':
      return (yield* holds(shell, condition.left)) && (yield* holds(shell, condition.right));
    case 'or':
      return (yield* holds(shell, condition.left)) || (yield* holds(shell, condition.right));
    case 'unary': {
      const text = yield* expandText(shell, condition.word);
      if (condition.operator === '-v') return isSet(shell, text);
      return unaryTest(inProcess(shell, ['[[']), condition.operator, text) ?? false;
    }
    case 'binary': {
      const left = yield* expandText(shell, condition.left);
      switch (condition.operator) {
        case '=':
        case '==':
          return matches(left, yield* expandPattern(shell, condition.right), { ...shell.patterns, extended: true });
        case '!=':
          return !matches(left, yield* expandPattern(shell, condition.right), { ...shell.patterns, extended: true });
        case '=~': {
          const source = yield* regularExpression(shell, condition.right);
          const found = posixRegExp(source, true, shell.options.nocasematch ? 'iu' : 'u').exec(left);
          shell.setArray('BASH_REMATCH', arrayOf((found ?? []).map((text) => text ?? '')));
          return found !== null;
        }
        default: {
          const right = yield* expandText(shell, condition.right);
          if (/^-(eq|ne|lt|le|gt|ge)$/.test(condition.operator)) {
            return (
              binaryTest(
                inProcess(shell, ['[[']),
                condition.operator,
                String(evaluate(left, shell.numbers)),
                String(evaluate(right, shell.numbers)),
              ) ?? false
            );
          }
          return binaryTest(inProcess(shell, ['[[']), condition.operator, left, right) ?? false;
        }
      }
    }
  }
}

/** `-v name` and `-v name[key]`. */
function isSet(shell: Shell, text: string): boolean {
  const [, name, key] = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(text) ?? [];
  if (name === undefined || key === undefined) return shell.get(text) !== undefined;
  if (key === '@' || key === '*') return shell.keys(name).length > 0;
  const { numbers } = shell;
  return numbers.element(name, numbers.isAssociative(name) ? key : String(evaluate(key, numbers))) !== undefined;
}

function* regularExpression(shell: Shell, word: Word): Task<string> {
  let source = '';
  for (const part of word)
    source += part.quoted ? (yield* expandText(shell, [part])).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : yield* expandText(shell, [part]);
  return source;
}
