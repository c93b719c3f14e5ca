/** The part of JavaScript that people write into mongosh: literals, and the shell's own `ObjectId(…)`, `ISODate(…)`, `new Date()`. */

export type Document = { [field: string]: unknown };

export class ShellSyntaxError extends Error {}

/** Reads one value; returns it and where it ends. */
export function readValue(text: string, from: number): { value: unknown; end: number } {
  const reader = new ValueReader(text, from);
  const value = reader.value();
  return { value, end: reader.at };
}

class ValueReader {
  constructor(
    readonly text: string,
    public at: number,
  ) {}

  value(): unknown {
    this.space();
    const char = this.text[this.at] ?? '';
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    if (char === '"' || char === "'" || char === '`') return this.#string(char);
    const word = /^(?:new\s+)?[\w$.+-]+/.exec(this.text.slice(this.at))?.[0];
    if (word === undefined) return this.fail();
    this.at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null' || word === 'undefined') return null;
    const number = Number(word);
    if (!Number.isNaN(number)) return number;
    const name = word.replace(/^new\s+/, '');
    if (!['ObjectId', 'ISODate', 'Date', 'NumberInt', 'NumberLong'].includes(name) || this.text[this.at] !== '(') return this.fail();
    this.at++;
    this.space();
    const argument = this.text[this.at] === ')' ? null : this.value();
    this.expect(')');
    if (name === 'ObjectId') return { $oid: String(argument) };
    return name.startsWith('Number') ? Number(argument) : { $date: argument === null ? '' : String(argument) };
  }

  #object(): Document {
    const object: Document = {};
    this.at++;
    for (this.space(); this.text[this.at] !== '}'; this.space()) {
      const char = this.text[this.at] ?? '';
      const name = char === '"' || char === "'" ? this.#string(char) : this.#name();
      this.expect(':');
      object[name] = this.value();
      this.space();
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== '}') this.fail();
    }
    this.at++;
    return object;
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.at++;
    for (this.space(); this.text[this.at] !== ']'; this.space()) {
      items.push(this.value());
      this.space();
      if (this.text[this.at] === ',') this.at++;
      else if (this.text[this.at] !== ']') this.fail();
    }
    this.at++;
    return items;
  }

  #name(): string {
    const name = /^[\w$.]+/.exec(this.text.slice(this.at))?.[0];
    if (name === undefined) return this.fail();
    this.at += name.length;
    return name;
  }

  #string(quote: string): string {
    let text = '';
    for (this.at++; this.text[this.at] !== quote; this.at++) {
      if (this.at >= this.text.length) this.fail();
      if (this.text[this.at] === '\\') this.at++;
      text += this.text[this.at] ?? '';
    }
    this.at++;
    return text;
  }

  space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  expect(char: string): void {
    this.space();
    if (this.text[this.at] !== char) this.fail();
    this.at++;
  }

  fail(): never {
    throw new ShellSyntaxError(`SyntaxError: Unexpected token (1:${this.at})\n\n> 1 | ${this.text}\n    | ${' '.repeat(this.at)}^`);
  }
}

/** As mongosh prints it. */
export function inspect(value: unknown, indent = 0): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const inner = value.map((item) => inspect(item, indent + 2));
    const short = `[ ${inner.join(', ')} ]`;
    return short.length + indent < 72 && !short.includes('\n')
      ? short
      : `[\n${inner.map((item) => `${' '.repeat(indent + 2)}${item}`).join(',\n')}\n${' '.repeat(indent)}]`;
  }
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const object = value as Document;
  if (typeof object['$oid'] === 'string') return `ObjectId('${object['$oid']}')`;
  if (typeof object['$date'] === 'string') return `ISODate('${object['$date']}')`;
  const fields = Object.entries(object).map(
    ([name, field]) => `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`}: ${inspect(field, indent + 2)}`,
  );
  if (fields.length === 0) return '{}';
  const short = `{ ${fields.join(', ')} }`;
  return short.length + indent <= 76 && !short.includes('\n')
    ? short
    : `{\n${fields.map((field) => `${' '.repeat(indent + 2)}${field}`).join(',\n')}\n${' '.repeat(indent)}}`;
}
