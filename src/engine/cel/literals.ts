import type { Notes } from './check.ts';
import { regex } from './regex.ts';
import type { Expression, Fault } from './syntax.ts';
import { formatFault } from './text-format.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { isLoose, typeText, type Type } from './types.ts';
import { CelError } from './values.ts';

/** Functions whose argument can be judged where it stands in the source. */
const READERS: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ['duration', parseDuration],
  ['timestamp', parseTimestamp],
  ['matches', (text) => regex(text)],
]);

/** What can be seen to be wrong in an expression that is well typed: literals that cannot be read, and lists and maps of mixed types. */
export function literalFaults(expression: Expression, notes: Notes): Fault[] {
  const faults: Fault[] = [];
  visit(expression, notes, false, faults);
  return faults;
}

function visit(expression: Expression, notes: Notes, exempt: boolean, faults: Fault[]): void {
  const below = (part: Expression | undefined, more = exempt): void => {
    if (part !== undefined) visit(part, notes, more, faults);
  };
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return;
    case 'select':
      return below(expression.of);
    case 'call': {
      const { name, target, args } = expression;
      unreadable(name, args[0], faults);
      if (name === 'format') unformattable(expression, notes, faults);
      // What is put into a text may be of any type.
      const inFormat = exempt || name === 'format';
      below(target, inFormat);
      for (const arg of args) below(arg, inFormat);
      return;
    }
    case 'list':
      if (!exempt) mixed(expression.items, notes, faults);
      for (const item of expression.items) below(item);
      return;
    case 'map':
      if (!exempt) {
        mixed(
          expression.entries.map(([key]) => key),
          notes,
          faults,
        );
        mixed(
          expression.entries.map(([, value]) => value),
          notes,
          faults,
        );
      }
      for (const [key, value] of expression.entries) {
        below(key);
        below(value);
      }
      return;
    case 'struct':
      for (const { value } of expression.fields) below(value);
      return;
    case 'fold':
      below(expression.range);
      below(expression.filter);
      return below(expression.body);
    case 'bind':
      below(expression.value);
      return below(expression.body);
    case 'optional-map':
      below(expression.of);
      return below(expression.body);
  }
}

function unreadable(name: string, arg: Expression | undefined, faults: Fault[]): void {
  const read = READERS.get(name);
  if (read === undefined || arg?.kind !== 'literal' || typeof arg.value !== 'string') return;
  try {
    read(arg.value);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    faults.push({ at: arg.at, text: `invalid ${name} argument` });
  }
}

/** A pattern and its arguments, where both stand in the source. */
function unformattable({ target, args, at }: Expression & { kind: 'call' }, { types }: Notes, faults: Fault[]): void {
  const [list] = args;
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return;
  const found = formatFault(
    target.value,
    list.items.map((item) => types.get(item)),
  );
  if (found !== undefined) faults.push({ at: found.at === undefined ? at : (list.items[found.at]?.at ?? at), text: found.text });
}

function mixed(parts: readonly Expression[], { types }: Notes, faults: Fault[]): void {
  const [first, ...rest] = parts;
  const wanted = first === undefined ? undefined : types.get(first);
  if (wanted === undefined) return;
  for (const part of rest) {
    const given = types.get(part);
    if (given === undefined || equivalent(wanted, given)) continue;
    faults.push({ at: part.at, text: `expected type '${typeText(wanted)}' but found '${typeText(given)}'` });
    return;
  }
}

function equivalent(a: Type, b: Type): boolean {
  if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'optional' && b.kind === 'optional'))
    return isLoose(a.of) || isLoose(b.of) || equivalent(a.of, b.of);
  if (a.kind === 'map' && b.kind === 'map') return isLoose(a.of) || isLoose(b.of) || (equivalent(a.key, b.key) && equivalent(a.of, b.of));
  return typeText(a) === typeText(b);
}
