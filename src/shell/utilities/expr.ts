import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { posixRegExp } from './basic-regexp.ts';
import { complain } from './input.ts';

class Mistake extends Error {}

const LEVELS: readonly (readonly string[])[] = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];

/** expr(1): the arithmetic of old scripts. 1 when the result is nothing or zero, 2 when it is no expression. */
export const expr: Program = function* (process) {
  const words = process.argv.slice(1);
  if (words[0] === '--') words.shift();
  let at = 0;
  const isNull = (text: string): boolean => text === '' || /^-?0+$/.test(text);
  const number = (text: string): bigint => {
    if (!/^-?\d+$/.test(text)) throw new Mistake('non-integer argument');
    return BigInt(text);
  };
  const apply = (operator: string, a: string, b: string): string => {
    switch (operator) {
      case '|':
        return isNull(a) ? (isNull(b) ? '0' : b) : a;
      case '&':
        return isNull(a) || isNull(b) ? '0' : a;
      case ':': {
        const found = posixRegExp(`^${b.replace(/^\^/, '')}`, false, '').exec(a);
        return found?.[1] ?? (found === null ? (/\\\(/.test(b) ? '' : '0') : /\\\(/.test(b) ? '' : String(found[0].length));
      }
      case '+':
        return String(number(a) + number(b));
      case '-':
        return String(number(a) - number(b));
      case '*':
        return String(number(a) * number(b));
      case '/':
      case '%':
        if (number(b) === 0n) throw new Mistake('division by zero');
        return String(operator === '/' ? number(a) / number(b) : number(a) % number(b));
    }
    const numbers = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
    const order = numbers ? (number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0) : a < b ? -1 : a > b ? 1 : 0;
    const holds =
      { '<': order < 0, '<=': order <= 0, '=': order === 0, '==': order === 0, '!=': order !== 0, '>=': order >= 0 }[operator] ?? order > 0;
    return holds ? '1' : '0';
  };
  const next = (): string => {
    const word = words[at++];
    if (word === undefined) throw new Mistake(at === 1 ? 'missing operand' : `syntax error: missing argument after '${words.at(-1)}'`);
    return word;
  };
  const primary = (): string => {
    const word = next();
    switch (word) {
      case '(': {
        const inner = level(0);
        if (words[at++] !== ')') throw new Mistake(`syntax error: expecting ')' after '${words[at - 2] ?? ''}'`);
        return inner;
      }
      case 'length':
        return String([...primary()].length);
      case 'substr': {
        const [text, from, length] = [primary(), Number(primary()), Number(primary())];
        return from > 0 && length > 0 ? [...text].slice(from - 1, from - 1 + length).join('') : '';
      }
      case 'index': {
        const [text, set] = [primary(), primary()];
        return String([...text].findIndex((c) => set.includes(c)) + 1);
      }
      case 'match':
        return apply(':', primary(), primary());
      default:
        return word === '+' ? next() : word;
    }
  };
  const level = (depth: number): string => {
    const operators = LEVELS[depth];
    if (operators === undefined) return primary();
    let left = level(depth + 1);
    while (operators.includes(words[at] ?? '')) left = apply(words[at++] as string, left, level(depth + 1));
    return left;
  };
  try {
    const result = level(0);
    if (at < words.length) throw new Mistake(`syntax error: unexpected argument '${words[at]}'`);
    yield* writeText(process.stdout, `${result}\n`);
    return isNull(result) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    yield* complain(process, `${error.message}${error.message === 'missing operand' ? "\nTry 'expr --help' for more information." : ''}`);
    return 2;
  }
};
