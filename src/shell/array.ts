/** An array variable: keys are numbers written out, or any text when it is associative. */
export interface ArrayValue {
  readonly associative: boolean;
  readonly items: ReadonlyMap<string, string>;
}

export const EMPTY_ARRAY: ArrayValue = { associative: false, items: new Map() };

/** The elements in the order in which bash shows them. */
export function entriesOf({ associative, items }: ArrayValue): [string, string][] {
  const entries = [...items];
  return associative ? entries : entries.sort(([a], [b]) => Number(a) - Number(b));
}

export function arrayOf(values: readonly string[]): ArrayValue {
  return { associative: false, items: new Map(values.map((value, i) => [String(i), value])) };
}

export function withElement(array: ArrayValue, key: string, value: string): ArrayValue {
  return { ...array, items: new Map(array.items).set(key, value) };
}
