import type { Json, JsonObject } from './meta.ts';

/** What `encoding/json` says about malformed text: `invalid character 'x' after top-level value`. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    /** How much of the text was read when it was seen, in characters. */
    readonly offset: number,
  ) {
    super(message);
  }
}

export interface ParsedJson {
  readonly value: Json;
  /** Objects of the text that name a key twice, with all their pairs as they stood. The value itself holds the last of each. */
  readonly repeated: ReadonlyMap<object, readonly (readonly [string, Json])[]>;
}

/** `encoding/json` gives up at this depth. */
const MAX_DEPTH = 10_000;
const HEX = /^[0-9a-fA-F]{4}$/;

interface Open {
  readonly value: JsonObject | Json[];
  readonly isList: boolean;
  readonly pairs: [string, Json][] | undefined;
  key: string;
  repeats: boolean;
}

/**
 * Parses JSON as Go does: it sees keys that are named twice, and words a syntax error as Go's scanner. It keeps its own
 * stack, so text nested ten thousand deep costs no call frames.
 */
export function parseJson(text: string): ParsedJson {
  // Pairs are kept only for the rare text that needs them.
  return parse(text, false) ?? (parse(text, true) as ParsedJson);
}

/** The first value of a text that may go on behind it, and where it ends. */
export function parseJsonPrefix(text: string, from: number): { value: Json; end: number } {
  const { value, end } = parse(text, true, from) as Parsed;
  return { value, end };
}

interface Parsed extends ParsedJson {
  readonly end: number;
}

/** Undefined once a key comes twice, unless `pairs` are kept. The whole text, or from a place on what is one value. */
function parse(text: string, keepPairs: boolean, from?: number): Parsed | undefined {
  const repeated = new Map<object, readonly (readonly [string, Json])[]>();
  const stack: Open[] = [];
  let at = from ?? 0;

  const blank = (): void => {
    for (;;) {
      const c = text.charCodeAt(at);
      if (c === 32 || c === 10 || c === 13 || c === 9) at++;
      else return;
    }
  };
  const wrong = (context: string): never => {
    if (at >= text.length) throw new SyntaxFault('unexpected end of JSON input', at);
    throw new SyntaxFault(`invalid character ${quoteCharacter(String.fromCodePoint(text.codePointAt(at) as number))} ${context}`, at + 1);
  };

  const string = (): string => {
    const start = ++at;
    let plain = true;
    for (;;) {
      const c = text.charCodeAt(at);
      if (at >= text.length || c < 32) return wrong('in string literal');
      if (c === 34) break;
      if (c === 92) {
        plain = false;
        at++;
        const escape = text[at];
        if (escape === undefined || !'"\\/bfnrtu'.includes(escape)) return wrong('in string escape code');
        if (escape === 'u') {
          for (let i = 1; i <= 4; i++) {
            if (HEX.test(`${text[at + i] ?? ''}000`)) continue;
            at += i;
            return wrong('in \\u hexadecimal character escape');
          }
          at += 4;
        }
      }
      at++;
    }
    const raw = text.slice(start, at++);
    return plain ? raw : (JSON.parse(`"${raw}"`) as string);
  };

  const digits = (context: string): void => {
    if (!isDigit(text[at])) wrong(context);
    while (isDigit(text[at])) at++;
  };
  const number = (): number => {
    const start = at;
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else digits('in numeric literal');
    if (text[at] === '.') {
      at++;
      digits('after decimal point in numeric literal');
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      digits('in exponent of numeric literal');
    }
    return Number(text.slice(start, at));
  };
  const literal = <T extends Json>(word: string, value: T): T => {
    for (let i = 1; i < word.length; i++) {
      at++;
      if (text[at] !== word[i]) wrong(`in literal ${word} (expecting ${quoteCharacter(word[i] as string)})`);
    }
    at++;
    return value;
  };
  const key = (open: Open): void => {
    if (text[at] !== '"') wrong('looking for beginning of object key string');
    open.key = string();
    blank();
    if (text[at] !== ':') wrong('after object key');
    at++;
  };

  for (;;) {
    blank();
    let value: Json;
    const c = text[at];
    if (c === '{' || c === '[') {
      at++;
      if (stack.length >= MAX_DEPTH) throw new SyntaxFault('exceeded max depth', at);
      const isList = c === '[';
      const open: Open = { value: isList ? [] : {}, isList, pairs: isList || !keepPairs ? undefined : [], key: '', repeats: false };
      blank();
      if (text[at] === (c === '{' ? '}' : ']')) {
        at++;
        value = open.value;
      } else {
        stack.push(open);
        if (c === '{') key(open);
        continue;
      }
    } else if (c === '"') value = string();
    else if (c === '-' || isDigit(c)) value = number();
    else if (c === 't') value = literal('true', true);
    else if (c === 'f') value = literal('false', false);
    else if (c === 'n') value = literal('null', null);
    else return wrong('looking for beginning of value');

    // Puts the value where it belongs, and closes what it completes.
    for (;;) {
      const open = stack.at(-1);
      if (open === undefined && from !== undefined) return { value, repeated, end: at };
      blank();
      if (open === undefined) {
        if (at < text.length) wrong('after top-level value');
        return { value, repeated, end: at };
      }
      if (open.isList) (open.value as Json[]).push(value);
      else {
        put(open, value);
        if (open.repeats && !keepPairs) return undefined;
      }
      const next = text[at];
      if (next === ',') {
        at++;
        blank();
        if (!open.isList) key(open);
        break;
      }
      if (next !== (open.isList ? ']' : '}')) wrong(open.isList ? 'after array element' : 'after object key:value pair');
      at++;
      stack.pop();
      if (open.repeats && open.pairs !== undefined) repeated.set(open.value, open.pairs);
      value = open.value;
    }
  }
}

function put(open: Open, value: Json): void {
  const object = open.value as JsonObject;
  open.pairs?.push([open.key, value]);
  if (Object.hasOwn(object, open.key)) open.repeats = true;
  // `__proto__` is a key like any other.
  if (open.key === '__proto__') Object.defineProperty(object, open.key, { value, enumerable: true, configurable: true, writable: true });
  else object[open.key] = value;
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

function quoteCharacter(c: string): string {
  if (c === "'") return String.raw`'\''`;
  if (c === '"') return `'"'`;
  return `'${JSON.stringify(c).slice(1, -1)}'`;
}
