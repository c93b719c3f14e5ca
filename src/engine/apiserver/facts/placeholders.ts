import type { Json } from '../../api/meta.ts';

/** What stands in a recorded text for something that is new in every run, and what may stand in its place. */
const FORMS: Readonly<Record<string, string>> = {
  uid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  rv: '\\d+',
  time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ',
  microtime: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z',
  age: '(?:\\d+[smhdy])+|<unknown>|<invalid>',
  gen: '[a-z0-9]{5}',
  ip: '[0-9a-f.:]+',
  port: '\\d{1,5}',
  token: '\\S+',
  continue: '\\S+',
  any: '[^]*',
};
const PLACEHOLDER = new RegExp(`<(${Object.keys(FORMS).join('|')})(?::(\\d+))?>`, 'g');
const WHOLE = /^<\w+(?::\d+)?>$/;
/** Of these, two numbers are two values. */
const IDENTITIES: ReadonlySet<string> = new Set(['uid', 'rv', 'gen', 'ip', 'port']);

/** Numbered placeholders stand for one value throughout a scenario: `<rv:1>` twice means that nothing was written. */
export class Placeholders {
  readonly #values = new Map<string, string>();

  /** The actual value, with what is recorded wherever that fits: compare the result with the record. */
  applied(recorded: Json | undefined, actual: Json): Json {
    if (recorded === '<any>') return recorded;
    if (typeof recorded === 'string') return this.#appliedText(recorded, actual);
    if (Array.isArray(recorded) && Array.isArray(actual)) return actual.map((item, i) => this.applied(recorded[i], item));
    if (!isMap(recorded) || !isMap(actual)) return actual;
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, this.applied(recorded[key], value)]));
  }

  #appliedText(recorded: string, actual: Json): Json {
    // A number is recorded as a placeholder alone.
    const fits =
      typeof actual === 'number'
        ? WHOLE.test(recorded) && this.#fits(recorded, String(actual))
        : typeof actual === 'string' && this.#fits(recorded, actual);
    return fits ? recorded : actual;
  }

  #fits(recorded: string, actual: string): boolean {
    if (recorded === actual) return true;
    const names: string[] = [];
    let pattern = '';
    let end = 0;
    for (const { 0: text, 1: form = '', 2: number, index } of recorded.matchAll(PLACEHOLDER)) {
      const known = number === undefined ? undefined : this.#values.get(text);
      pattern += literally(recorded.slice(end, index));
      pattern += known === undefined ? `(${FORMS[form]})` : literally(known);
      if (known === undefined) names.push(number === undefined ? '' : text);
      end = index + text.length;
    }
    if (end === 0) return false;
    const found = new RegExp(`^${pattern}${literally(recorded.slice(end))}$`).exec(actual);
    return found !== null && names.every((name, i) => name === '' || this.#bind(name, found[i + 1] ?? ''));
  }

  #bind(name: string, value: string): boolean {
    const known = this.#values.get(name);
    if (known !== undefined) return known === value;
    const form = name.slice(1, name.indexOf(':'));
    if (IDENTITIES.has(form)) for (const [other, taken] of this.#values) if (taken === value && other.startsWith(`<${form}:`)) return false;
    this.#values.set(name, value);
    return true;
  }
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
