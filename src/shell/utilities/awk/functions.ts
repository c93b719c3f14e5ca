import { format, toNumber, toText, type Value } from './values.ts';

const number = (value: Value | undefined): number => (value === undefined ? 0 : toNumber(value));
const text = (value: Value | undefined): string => (value === undefined ? '' : toText(value));

/** Functions of awk that are nothing but what comes of their arguments. */
export const FUNCTIONS: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  substr([of, begin, count]) {
    const characters = [...text(of)];
    const from = Math.round(number(begin));
    const end = count === undefined ? characters.length + 1 : from + Math.round(number(count));
    return characters.slice(Math.max(0, from - 1), Math.max(0, end - 1)).join('');
  },
  index: ([of, what]) => text(of).indexOf(text(what)) + 1,
  sprintf: ([pattern, ...args]) => format(text(pattern), args),
  tolower: ([of]) => text(of).toLowerCase(),
  toupper: ([of]) => text(of).toUpperCase(),
  int: ([of]) => Math.trunc(number(of)),
  sqrt: ([of]) => Math.sqrt(number(of)),
  exp: ([of]) => Math.exp(number(of)),
  log: ([of]) => Math.log(number(of)),
  sin: ([of]) => Math.sin(number(of)),
  cos: ([of]) => Math.cos(number(of)),
  atan2: ([y, x]) => Math.atan2(number(y), number(x)),
};

/** Those that need more than values: arrays, patterns, places to store in, the world outside. */
export const SPECIAL_FUNCTIONS: ReadonlySet<string> = new Set('length split sub gsub match rand srand close fflush system'.split(' '));
