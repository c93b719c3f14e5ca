import { EVENT_ID, YAMLException, getScalarValue, load, parseEvents, type Event } from 'js-yaml';

/** What is wrong in an author's file: the file, the line, the place, and the mend. */
export class LessonError extends Error {}

type Path = readonly (string | number)[];

/** A value of an author's YAML file that knows where it stands, so that every complaint can name its line. */
export class Field {
  readonly value: unknown;
  readonly #file: string;
  readonly #path: Path;
  readonly #lines: ReadonlyMap<string, number>;

  private constructor(file: string, path: Path, value: unknown, lines: ReadonlyMap<string, number>) {
    this.#file = file;
    this.#path = path;
    this.value = value;
    this.#lines = lines;
  }

  static read(text: string, file: string): Field {
    let value: unknown;
    try {
      value = load(text, { filename: file });
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      throw new LessonError(`${file}:${(error.mark?.line ?? 0) + 1}: not YAML: ${error.reason}`);
    }
    return new Field(file, [], value, linesOf(text));
  }

  /** Throws: `FILE:LINE: tasks[0].checks[1].wanted: mend`. The line is that of the nearest place that exists. */
  fail(mend: string): never {
    let line = 1;
    for (let length = this.#path.length; length >= 0; length--) {
      const known = this.#lines.get(JSON.stringify(this.#path.slice(0, length)));
      if (known === undefined) continue;
      line = known;
      break;
    }
    const place = this.#path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
    throw new LessonError(`${this.#file}:${line}: ${place === '' ? '' : `${place}: `}${mend}`);
  }

  at(key: string | number): Field {
    const inside = (this.value as Record<string | number, unknown> | undefined | null)?.[key];
    return new Field(this.#file, [...this.#path, key], inside, this.#lines);
  }

  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Insists on a mapping with these keys and no others. */
  mapping(required: readonly string[], optional: readonly string[] = []): this {
    const all = [...required, ...optional];
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      this.fail(`must be a mapping with ${all.join(', ')}`);
    for (const key of Object.keys(this.value)) if (!all.includes(key)) this.at(key).fail(`unknown; ${all.join(', ')} are understood here`);
    for (const key of required) if (!this.at(key).given) this.at(key).fail('is missing; write it here');
    return this;
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value.trim() === '')
      this.fail('must be text; put it in quotes if it looks like something else');
    return this.value;
  }

  texts(): string[] {
    return this.list().map((item) => item.text());
  }

  /** Items of a list; a missing list is empty. */
  list(): Field[] {
    if (!this.given) return [];
    if (!Array.isArray(this.value)) return this.fail('must be a list; begin each item with "- "');
    return this.value.map((_item, i) => this.at(i));
  }

  /** Items of a list that may not be empty. */
  some(why: string): Field[] {
    const items = this.list();
    return items.length === 0 ? this.fail(why) : items;
  }
}

/** Line of every key and item by its path. */
function linesOf(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineAt = (offset: number): number => {
    let line = 1;
    while (line < starts.length && (starts[line] as number) <= offset) line++;
    return line;
  };
  // Where each open collection stands; in a mapping `key` is the key whose value comes next.
  const open: { path: Path; items: number; key: string | undefined; mapping: boolean }[] = [];
  const next = (offset: number): Path => {
    const parent = open.at(-1);
    if (parent === undefined) return [];
    const path = [...parent.path, parent.mapping ? (parent.key ?? '') : parent.items];
    if (parent.mapping) parent.key = undefined;
    else {
      parent.items++;
      lines.set(JSON.stringify(path), lineAt(offset));
    }
    return path;
  };
  for (const event of parseEvents(text, {}) as Event[]) {
    const parent = open.at(-1);
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (parent?.mapping === true && parent.key === undefined) {
          parent.key = getScalarValue(text, event);
          lines.set(JSON.stringify([...parent.path, parent.key]), lineAt(event.valueStart));
        } else next(event.valueStart);
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const path = next(event.start);
        open.push({ path, items: 0, key: undefined, mapping: event.type === EVENT_ID.MAPPING });
        break;
      }
      case EVENT_ID.POP:
        open.pop();
        break;
      default:
        break;
    }
  }
  return lines;
}
