/** Expressions as they are read. `at` is the offset of the sign that messages point at: an operator, a bracket, a name. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Literal; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'select';
      readonly of: Expression;
      readonly field: string;
      readonly test: boolean;
      readonly optional: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly target?: Expression;
      readonly args: readonly Expression[];
      readonly at: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly optional: ReadonlySet<number>; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression, boolean])[]; readonly at: number }
  /** A struct that is made: `Object.metadata{labels: …}`. */
  | { readonly kind: 'struct'; readonly name: string; readonly fields: readonly StructField[]; readonly at: number }
  | {
      readonly kind: 'fold';
      readonly fold: Fold;
      readonly range: Expression;
      readonly names: readonly string[];
      readonly filter?: Expression;
      readonly body: Expression;
      readonly at: number;
    }
  | { readonly kind: 'bind'; readonly name: string; readonly value: Expression; readonly body: Expression; readonly at: number }
  | {
      readonly kind: 'optional-map';
      readonly of: Expression;
      readonly name: string;
      readonly body: Expression;
      readonly flat: boolean;
      readonly at: number;
    };

export type Fold = 'all' | 'exists' | 'exists_one' | 'map' | 'filter' | 'transformList' | 'transformMap' | 'transformMapEntry' | 'sortBy';
export interface StructField {
  readonly name: string;
  readonly value: Expression;
  readonly optional: boolean;
  readonly at: number;
}

export type Literal = null | boolean | bigint | number | string | Uint8Array | UnsignedLiteral;
export interface UnsignedLiteral {
  readonly unsigned: bigint;
}

/** A fault in a source, found before anything is evaluated. */
export interface Fault {
  readonly at: number;
  readonly text: string;
}

/** Faults as cel-go prints them: place, reason, the line and a caret below it. */
export function showFaults(source: string, faults: readonly Fault[]): string {
  return [...faults]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => {
      const before = source.slice(0, at);
      const line = before.split('\n').length;
      const start = before.lastIndexOf('\n') + 1;
      const end = source.indexOf('\n', start);
      // There is no line to show of a source without any.
      if (source === '') return `ERROR: <input>:1:0: ${text}`;
      const column = Array.from(source.slice(start, at)).length;
      const shown = end < 0 ? source.slice(start) : source.slice(start, end);
      return `ERROR: <input>:${line}:${column + 1}: ${text}\n | ${shown.replace(/\t/g, ' ')}\n | ${'.'.repeat(column)}^`;
    })
    .join('\n');
}
