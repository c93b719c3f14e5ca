import type { Task } from '../../../engine/os/task.ts';
import { posixRegExp } from '../basic-regexp.ts';
import { FUNCTIONS } from './functions.ts';
import { AwkMistake, AwkRunTimeError, type AwkProgram, type Expression, type Rule, type Statement } from './syntax.ts';
import { compare, format, fromOutside, isTrue, toNumber, toText, type Value } from './values.ts';

type Table = Map<string, Value>;

export class AwkExit extends Error {
  constructor(readonly code: number) {
    super('exit');
  }
}
class Next extends Error {}
class Break extends Error {}
class Continue extends Error {}
class Return extends Error {
  constructor(readonly value: Value) {
    super('return');
  }
}

/** An endless loop must not stop the world: after so many steps a millisecond goes by. */
const STEPS_PER_MILLISECOND = 5_000;

/** What a program reads from, writes to and starts. */
export interface Outside {
  /** What `print` without a target has to say. */
  print(text: string): void;
  write(target: string, how: '>' | '>>' | '|', text: string): Task<void>;
  /** The next record of a file or of what a command prints: `undefined` at its end, `null` when it cannot be read. */
  read(source: string, how: '<' | '|'): Task<string | undefined | null>;
  /** The next record of the input. */
  next(): Task<string | undefined>;
  /** -1 when nothing of that name is open. */
  close(name: string): Task<number>;
  system(command: string): Task<number>;
  flush(): Task<void>;
  random(bound: number): number;
  pause(): Task<void>;
}

/** Runs an awk program, a record at a time. */
export class AwkMachine {
  readonly #globals = new Map<string, Value>(
    Object.entries({ FS: ' ', OFS: ' ', ORS: '\n', RS: '\n', NR: 0, NF: 0, FNR: 0, FILENAME: '', SUBSEP: '\x1c', CONVFMT: '%.6g', OFMT: '%.6g', RSTART: 0, RLENGTH: -1 }),
  ); // prettier-ignore
  readonly #tables = new Map<string, Table>();
  readonly #frames: { values: Map<string, Value>; tables: Map<string, Table>; names: ReadonlySet<string> }[] = [];
  readonly #active = new Set<Rule>();
  readonly #regExps = new Map<string, RegExp>();
  #record = '';
  #fields: Value[] = [];
  #split = true;
  #steps = 0;
  #seed: number;
  #state: number;

  constructor(
    readonly program: AwkProgram,
    readonly outside: Outside,
  ) {
    this.#seed = this.#state = outside.random(1 << 30);
  }

  set(name: string, value: Value): void {
    this.#assign(name, value);
  }
  get(name: string): string {
    return toText(this.#value(name));
  }
  table(name: string): Table {
    let table = this.#frame(name)?.tables.get(name) ?? this.#tables.get(name);
    if (table === undefined) {
      table = new Map();
      (this.#frame(name)?.tables ?? this.#tables).set(name, table);
    }
    return table;
  }
  /** Where it is in the input. */
  get place(): string {
    return `FILENAME="${this.get('FILENAME')}" FNR=${this.get('FNR')} NR=${this.get('NR')}`;
  }
  get readsInput(): boolean {
    return this.program.rules.some(({ when }) => when !== 'BEGIN');
  }

  *run(when: 'BEGIN' | 'END'): Task<void> {
    for (const rule of this.program.rules) if (rule.when === when && rule.body !== undefined) yield* this.#statement(rule.body);
  }

  *record(text: string): Task<void> {
    this.#count();
    this.#setRecord(text);
    try {
      for (const rule of this.program.rules) {
        if (rule.when !== 'record' || !(yield* this.#matches(rule))) continue;
        if (rule.body === undefined) this.outside.print(this.#record + toText(this.#value('ORS')));
        else yield* this.#statement(rule.body);
      }
    } catch (error) {
      if (!(error instanceof Next)) throw error;
    }
  }

  *#matches(rule: Rule): Task<boolean> {
    if (rule.pattern === undefined) return true;
    if (rule.until === undefined) return isTrue(yield* this.#evaluate(rule.pattern));
    if (!this.#active.has(rule) && !isTrue(yield* this.#evaluate(rule.pattern))) return false;
    if (isTrue(yield* this.#evaluate(rule.until))) this.#active.delete(rule);
    else this.#active.add(rule);
    return true;
  }

  // — records and fields

  #setRecord(text: string): void {
    this.#record = text;
    this.#split = false;
    this.#globals.delete('NF');
  }

  #divide(): void {
    if (this.#split) return;
    this.#split = true;
    this.#fields = this.#pieces(this.#record, toText(this.#globals.get('FS') ?? ' ')).map(fromOutside);
    this.#globals.set('NF', this.#fields.length);
  }

  #pieces(text: string, separator: string): string[] {
    if (text === '') return [];
    if (separator === ' ') return text.split(/[ \t\n]+/).filter((piece) => piece !== '');
    if (separator === '') return [...text];
    if (separator.length === 1 && separator !== '\\') return text.split(separator);
    return text.split(this.#regExp(separator));
  }

  #field(index: number): Value {
    if (index < 0) throw new AwkRunTimeError(`negative field index $${index}`);
    if (index === 0) return fromOutside(this.#text0());
    this.#divide();
    return this.#fields[index - 1] ?? '';
  }

  #text0(): string {
    return this.#record;
  }

  #setField(index: number, value: Value): void {
    if (index < 0) throw new AwkRunTimeError(`negative field index $${index}`);
    if (index === 0) return this.#setRecord(toText(value));
    this.#divide();
    while (this.#fields.length < index) this.#fields.push('');
    this.#fields[index - 1] = value;
    this.#globals.set('NF', this.#fields.length);
    this.#rebuild();
  }

  #rebuild(): void {
    const convert = toText(this.#globals.get('CONVFMT') ?? '%.6g');
    this.#record = this.#fields.map((field) => toText(field, convert)).join(toText(this.#value('OFS')));
  }

  // — variables

  #frame(name: string): { values: Map<string, Value>; tables: Map<string, Table> } | undefined {
    const frame = this.#frames.at(-1);
    return frame?.names.has(name) === true ? frame : undefined;
  }

  #value(name: string): Value {
    if (name === 'NF') this.#divide();
    return (this.#frame(name)?.values ?? this.#globals).get(name) ?? '';
  }

  #assign(name: string, value: Value): void {
    (this.#frame(name)?.values ?? this.#globals).set(name, value);
    if (name !== 'NF' || this.#frame(name) !== undefined) return;
    this.#divide();
    const count = toNumber(value);
    this.#fields.length = Math.min(this.#fields.length, count);
    while (this.#fields.length < count) this.#fields.push('');
    this.#globals.set('NF', count);
    this.#rebuild();
  }

  *#key(keys: readonly Expression[]): Task<string> {
    const [only, more] = keys;
    if (only !== undefined && more === undefined) return yield* this.#text(only);
    const texts: string[] = [];
    for (const key of keys) texts.push(yield* this.#text(key));
    return texts.join(toText(this.#globals.get('SUBSEP') ?? '\x1c'));
  }

  *#text(expression: Expression): Task<string> {
    const value = this.#leaf(expression) ?? (yield* this.#evaluate(expression));
    return typeof value === 'string' ? value : toText(value, toText(this.#globals.get('CONVFMT') ?? '%.6g'));
  }

  *#all(expressions: readonly Expression[]): Task<Value[]> {
    const values: Value[] = [];
    for (const each of expressions) values.push(this.#leaf(each) ?? (yield* this.#evaluate(each)));
    return values;
  }

  // — statements

  *#statement(statement: Statement): Task<void> {
    if (++this.#steps % STEPS_PER_MILLISECOND === 0) yield* this.outside.pause();
    switch (statement.kind) {
      case 'block':
        for (const each of statement.body) yield* this.#statement(each);
        return;
      case 'expression':
        yield* this.#evaluate(statement.expression);
        return;
      case 'print':
        return yield* this.#print(statement);
      case 'if':
        if (isTrue(yield* this.#evaluate(statement.test))) yield* this.#statement(statement.yes);
        else if (statement.no !== undefined) yield* this.#statement(statement.no);
        return;
      case 'while':
        if (statement.after && (yield* this.#turn(statement.body))) return;
        while (isTrue(yield* this.#evaluate(statement.test))) if (yield* this.#turn(statement.body)) return;
        return;
      case 'for':
        if (statement.start !== undefined) yield* this.#statement(statement.start);
        while (statement.test === undefined || isTrue(yield* this.#evaluate(statement.test))) {
          if (yield* this.#turn(statement.body)) return;
          if (statement.step !== undefined) yield* this.#statement(statement.step);
        }
        return;
      case 'for-in':
        for (const key of Array.from(this.table(statement.array).keys())) {
          this.#assign(statement.name, fromOutside(key));
          if (yield* this.#turn(statement.body)) return;
        }
        return;
      case 'delete':
        if (statement.keys === undefined) this.table(statement.name).clear();
        else this.table(statement.name).delete(yield* this.#key(statement.keys));
        return;
      case 'next':
        throw new Next();
      case 'break':
        throw new Break();
      case 'continue':
        throw new Continue();
      case 'exit':
        throw new AwkExit(statement.value === undefined ? 0 : toNumber(yield* this.#evaluate(statement.value)) & 255);
      case 'return':
        throw new Return(statement.value === undefined ? '' : yield* this.#evaluate(statement.value));
    }
  }

  /** One turn of a loop; true when it was broken off. */
  *#turn(body: Statement): Task<boolean> {
    if (++this.#steps % STEPS_PER_MILLISECOND === 0) yield* this.outside.pause();
    try {
      yield* this.#statement(body);
    } catch (error) {
      if (error instanceof Break) return true;
      if (!(error instanceof Continue)) throw error;
    }
    return false;
  }

  *#print({ formatted, args, target }: Statement & { kind: 'print' }): Task<void> {
    const values = yield* this.#all(args);
    const shown = toText(this.#value('OFMT'));
    const text = formatted
      ? format(toText(values[0] ?? ''), values.slice(1), 'printf')
      : (args.length === 0 ? this.#text0() : values.map((value) => toText(value, shown)).join(toText(this.#value('OFS')))) +
        toText(this.#value('ORS'));
    if (target === undefined) return this.outside.print(text);
    const path = yield* this.#text(target.path);
    yield* this.outside.write(path, target.how, text);
  }

  // — expressions

  /** What is at hand without a step of its own; most of a program is. */
  #leaf(expression: Expression): Value | undefined {
    if (expression.kind === 'number' || expression.kind === 'string') return expression.value;
    if (expression.kind === 'variable') return this.#value(expression.name);
    return expression.kind === 'field' && expression.index.kind === 'number' ? this.#field(expression.index.value) : undefined;
  }

  *#evaluate(expression: Expression): Task<Value> {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'regExp':
        return Number(this.#regExp(expression.source).test(this.#text0()));
      case 'variable':
        return this.#value(expression.name);
      case 'field':
        return this.#field(toNumber(yield* this.#evaluate(expression.index)));
      case 'element': {
        const table = this.table(expression.name);
        const key = yield* this.#key(expression.keys);
        // Looking at an element makes it.
        if (!table.has(key)) table.set(key, '');
        return table.get(key) ?? '';
      }
      case 'in':
        return Number(this.table(expression.name).has(yield* this.#key(expression.keys)));
      case 'assign': {
        const value = yield* this.#evaluate(expression.value);
        const { operator, target } = expression;
        return yield* this.#store(
          target,
          operator === '' ? value : arithmetic(operator, toNumber(yield* this.#evaluate(target)), toNumber(value)),
        );
      }
      case 'step': {
        const before = toNumber(yield* this.#evaluate(expression.target));
        yield* this.#store(expression.target, before + expression.by);
        return expression.prefix ? before + expression.by : before;
      }
      case 'unary': {
        const value = yield* this.#evaluate(expression.of);
        return expression.operator === '!' ? Number(!isTrue(value)) : expression.operator === '-' ? -toNumber(value) : toNumber(value);
      }
      case 'ternary':
        return yield* this.#evaluate(isTrue(yield* this.#evaluate(expression.test)) ? expression.yes : expression.no);
      case 'binary':
        return yield* this.#binary(expression.operator, expression.left, expression.right);
      case 'getline':
        return yield* this.#getline(expression);
      case 'call':
        return yield* this.#call(expression.name, expression.args);
    }
  }

  *#getline({ target, file, command }: Expression & { kind: 'getline' }): Task<Value> {
    const source = file ?? command;
    const record =
      source === undefined
        ? yield* this.outside.next()
        : yield* this.outside.read(yield* this.#text(source), file === undefined ? '|' : '<');
    if (record === null) return -1;
    if (record === undefined) return 0;
    // POSIX: from the input both numbers count, from a command only NR.
    if (source === undefined) this.#count();
    else if (file === undefined) this.#globals.set('NR', toNumber(this.#value('NR')) + 1);
    if (target === undefined) this.#setRecord(record);
    else yield* this.#store(target, fromOutside(record));
    return 1;
  }

  #count(): void {
    for (const name of ['NR', 'FNR']) this.#globals.set(name, toNumber(this.#value(name)) + 1);
  }

  *#store(target: Expression, value: Value): Task<Value> {
    if (target.kind === 'variable') this.#assign(target.name, value);
    else if (target.kind === 'field') this.#setField(toNumber(yield* this.#evaluate(target.index)), value);
    else if (target.kind === 'element') this.table(target.name).set(yield* this.#key(target.keys), value);
    return value;
  }

  *#binary(operator: string, left: Expression, right: Expression): Task<Value> {
    switch (operator) {
      case '&&':
        return Number(isTrue(yield* this.#evaluate(left)) && isTrue(yield* this.#evaluate(right)));
      case '||':
        return Number(isTrue(yield* this.#evaluate(left)) || isTrue(yield* this.#evaluate(right)));
      case ' ':
        return (yield* this.#text(left)) + (yield* this.#text(right));
      case '~':
        return Number((yield* this.#pattern(right)).test(yield* this.#text(left)));
      case '!~':
        return Number(!(yield* this.#pattern(right)).test(yield* this.#text(left)));
    }
    const a = this.#leaf(left) ?? (yield* this.#evaluate(left));
    const b = this.#leaf(right) ?? (yield* this.#evaluate(right));
    switch (operator) {
      case '<':
        return Number(compare(a, b) < 0);
      case '<=':
        return Number(compare(a, b) <= 0);
      case '==':
        return Number(compare(a, b) === 0);
      case '!=':
        return Number(compare(a, b) !== 0);
      case '>':
        return Number(compare(a, b) > 0);
      case '>=':
        return Number(compare(a, b) >= 0);
      default:
        return arithmetic(operator, toNumber(a), toNumber(b));
    }
  }

  *#pattern(expression: Expression): Task<RegExp> {
    return this.#regExp(expression.kind === 'regExp' ? expression.source : yield* this.#text(expression));
  }

  #regExp(source: string): RegExp {
    let regExp = this.#regExps.get(source);
    if (regExp === undefined) this.#regExps.set(source, (regExp = posixRegExp(source, true, '')));
    return regExp;
  }

  *#call(name: string, args: readonly Expression[]): Task<Value> {
    const own = this.program.functions.get(name);
    if (own !== undefined) return yield* this.#callOwn(name, args);
    const pure = FUNCTIONS[name];
    if (pure !== undefined) return pure(yield* this.#all(args));
    const [first, second, third] = args;
    const text = first === undefined ? this.#text0() : name === 'length' && this.#isTable(first) ? '' : yield* this.#text(first);
    switch (name) {
      case 'length':
        return first?.kind === 'variable' && this.#isTable(first) ? this.table(first.name).size : [...text].length;
      case 'split': {
        if (second?.kind !== 'variable') throw new AwkMistake('split: second argument must be an array');
        const separator =
          third === undefined ? toText(this.#value('FS')) : third.kind === 'regExp' ? third.source : yield* this.#text(third);
        const pieces = this.#pieces(text, separator);
        const table = this.table(second.name);
        table.clear();
        pieces.forEach((piece, i) => table.set(String(i + 1), fromOutside(piece)));
        return pieces.length;
      }
      case 'sub':
      case 'gsub':
        return yield* this.#substitute(name === 'gsub', args);
      case 'match': {
        const found = (yield* this.#pattern(second as Expression)).exec(text);
        this.#globals.set('RSTART', found === null ? 0 : found.index + 1);
        this.#globals.set('RLENGTH', found === null ? -1 : found[0].length);
        return found === null ? 0 : found.index + 1;
      }
      case 'rand':
        return this.#rand();
      case 'srand': {
        const before = this.#seed;
        this.#seed = first === undefined ? this.outside.random(1 << 30) : toNumber(fromOutside(text));
        this.#state = this.#seed;
        return before;
      }
      case 'close':
        return yield* this.outside.close(text);
      case 'system':
        return yield* this.outside.system(text);
      default:
        yield* this.outside.flush();
        return 0;
    }
  }

  #isTable({ kind, name }: { kind: string; name?: string }): boolean {
    return kind === 'variable' && name !== undefined && (this.#tables.has(name) || this.#frame(name)?.tables.has(name) === true);
  }

  /** Between 0 and 1; after `srand` always the same ones. */
  #rand(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  *#substitute(all: boolean, [pattern, replacement, target]: readonly Expression[]): Task<Value> {
    const regExp = yield* this.#pattern(pattern as Expression);
    const place: Expression = target ?? { kind: 'field', index: { kind: 'number', value: 0 } };
    const source = yield* this.#text(replacement as Expression);
    let count = 0;
    const before = yield* this.#text(place);
    const after = before.replace(new RegExp(regExp.source, all ? 'g' : ''), (found: string) => {
      count++;
      return source.replace(/\\\\&|\\&|&/g, (mark) => (mark === '&' ? found : mark === '\\&' ? '&' : `\\${found}`));
    });
    if (count > 0) yield* this.#store(place, after);
    return count;
  }

  *#callOwn(name: string, args: readonly Expression[]): Task<Value> {
    const { parameters, body } = this.program.functions.get(name) as { parameters: readonly string[]; body: Statement };
    if (this.#frames.length > 200) throw new AwkMistake(`function call nesting too deep in ${name}`);
    const values = new Map<string, Value>();
    const tables = new Map<string, Table>();
    for (const [i, parameter] of parameters.entries()) {
      const arg = args[i];
      if (arg === undefined) break;
      const isArray =
        arg.kind === 'variable' &&
        (this.#frame(arg.name)?.tables.has(arg.name) === true || (this.#tables.has(arg.name) && !this.#globals.has(arg.name)));
      if (isArray || (arg.kind === 'variable' && this.#value(arg.name) === '' && usesAsArray(body, parameter)))
        tables.set(parameter, this.table(arg.name));
      else values.set(parameter, yield* this.#evaluate(arg));
    }
    this.#frames.push({ values, tables, names: new Set(parameters) });
    try {
      yield* this.#statement(body);
      return '';
    } catch (error) {
      if (error instanceof Return) return error.value;
      throw error;
    } finally {
      this.#frames.pop();
    }
  }
}

function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      return a ** b;
  }
}

/** An unset variable becomes an array when the function takes it for one. */
function usesAsArray(body: Statement, name: string): boolean {
  return JSON.stringify(body).includes(`"kind":"element","name":"${name}"`) || JSON.stringify(body).includes(`"array":"${name}"`);
}
