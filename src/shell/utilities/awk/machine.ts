import { posixRegExp } from '../basic-regexp.ts';
import { AwkMistake, type AwkProgram, type Expression, type Rule, type Statement } from './syntax.ts';
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

/** More than any one-liner needs for a record: an endless loop must not stop the world. */
const MOST_STEPS = 1_000_000;

interface Outside {
  /** What `print` without a target has to say. */
  print(text: string): void;
  write(path: string, text: string, append: boolean): void;
  /** What a command gets as its input, when all is done. */
  pipe(command: string, text: string): void;
  /** The next line of a file: `undefined` at its end, `null` when there is none such. */
  line(path: string): string | undefined | null;
  /** The next record of the input. */
  next(): string | undefined;
  close(path: string): void;
  random(bound: number): number;
}

/** Runs an awk program, a record at a time. */
export class AwkMachine {
  readonly #globals = new Map<string, Value>(
    Object.entries({ FS: ' ', OFS: ' ', ORS: '\n', RS: '\n', NR: 0, NF: 0, FNR: 0, FILENAME: '', SUBSEP: '\x1c', CONVFMT: '%.6g', OFMT: '%.6g', RSTART: 0, RLENGTH: -1 }),
  ); // prettier-ignore
  readonly #tables = new Map<string, Table>();
  readonly #frames: { values: Map<string, Value>; tables: Map<string, Table>; names: ReadonlySet<string> }[] = [];
  readonly #active = new Set<Rule>();
  readonly #opened = new Set<string>();
  readonly #regExps = new Map<string, RegExp>();
  #record = '';
  #fields: Value[] = [];
  #split = true;
  #steps = 0;

  constructor(
    readonly program: AwkProgram,
    readonly outside: Outside,
  ) {}

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
  get readsInput(): boolean {
    return this.program.rules.some(({ when }) => when !== 'BEGIN');
  }

  run(when: 'BEGIN' | 'END'): void {
    this.#steps = 0;
    for (const rule of this.program.rules) if (rule.when === when && rule.body !== undefined) this.#statement(rule.body);
  }

  record(text: string): void {
    this.#steps = 0;
    this.#count();
    this.#setRecord(text);
    try {
      for (const rule of this.program.rules) {
        if (rule.when !== 'record' || !this.#matches(rule)) continue;
        if (rule.body === undefined) this.outside.print(this.#record + toText(this.#value('ORS')));
        else this.#statement(rule.body);
      }
    } catch (error) {
      if (!(error instanceof Next)) throw error;
    }
  }

  #matches(rule: Rule): boolean {
    if (rule.pattern === undefined) return true;
    if (rule.until === undefined) return isTrue(this.#evaluate(rule.pattern));
    if (!this.#active.has(rule) && !isTrue(this.#evaluate(rule.pattern))) return false;
    if (isTrue(this.#evaluate(rule.until))) this.#active.delete(rule);
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
    if (index === 0) return fromOutside(this.#text0());
    this.#divide();
    return this.#fields[index - 1] ?? '';
  }

  #text0(): string {
    return this.#record;
  }

  #setField(index: number, value: Value): void {
    if (index < 0) throw new AwkMistake(`bad field index ${index}`);
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

  #key(keys: readonly Expression[]): string {
    return keys.map((key) => this.#text(key)).join(toText(this.#globals.get('SUBSEP') ?? '\x1c'));
  }

  #text(expression: Expression): string {
    return toText(this.#evaluate(expression), toText(this.#globals.get('CONVFMT') ?? '%.6g'));
  }

  // — statements

  #statement(statement: Statement): void {
    if (++this.#steps > MOST_STEPS) throw new AwkMistake('stopped after a million steps for one record');
    switch (statement.kind) {
      case 'block':
        for (const each of statement.body) this.#statement(each);
        return;
      case 'expression':
        this.#evaluate(statement.expression);
        return;
      case 'print':
        return this.#print(statement);
      case 'if':
        if (isTrue(this.#evaluate(statement.test))) this.#statement(statement.yes);
        else if (statement.no !== undefined) this.#statement(statement.no);
        return;
      case 'while':
        if (statement.after && this.#turn(statement.body)) return;
        while (isTrue(this.#evaluate(statement.test))) if (this.#turn(statement.body)) return;
        return;
      case 'for':
        if (statement.start !== undefined) this.#statement(statement.start);
        while (statement.test === undefined || isTrue(this.#evaluate(statement.test))) {
          if (this.#turn(statement.body)) return;
          if (statement.step !== undefined) this.#statement(statement.step);
        }
        return;
      case 'for-in':
        for (const key of Array.from(this.table(statement.array).keys())) {
          this.#assign(statement.name, fromOutside(key));
          if (this.#turn(statement.body)) return;
        }
        return;
      case 'delete':
        if (statement.keys === undefined) this.table(statement.name).clear();
        else this.table(statement.name).delete(this.#key(statement.keys));
        return;
      case 'next':
        throw new Next();
      case 'break':
        throw new Break();
      case 'continue':
        throw new Continue();
      case 'exit':
        throw new AwkExit(statement.value === undefined ? 0 : toNumber(this.#evaluate(statement.value)) & 255);
      case 'return':
        throw new Return(statement.value === undefined ? '' : this.#evaluate(statement.value));
    }
  }

  /** One turn of a loop; true when it was broken off. */
  #turn(body: Statement): boolean {
    if (++this.#steps > MOST_STEPS) throw new AwkMistake('stopped after a million steps for one record');
    try {
      this.#statement(body);
    } catch (error) {
      if (error instanceof Break) return true;
      if (!(error instanceof Continue)) throw error;
    }
    return false;
  }

  #print({ formatted, args, target }: Statement & { kind: 'print' }): void {
    const values = args.map((arg) => this.#evaluate(arg));
    const shown = toText(this.#value('OFMT'));
    const text = formatted
      ? format(toText(values[0] ?? ''), values.slice(1))
      : (args.length === 0 ? this.#text0() : values.map((value) => toText(value, shown)).join(toText(this.#value('OFS')))) +
        toText(this.#value('ORS'));
    if (target === undefined) return this.outside.print(text);
    const path = this.#text(target.path);
    if (target.how === '|') return this.outside.pipe(path, text);
    this.outside.write(path, text, target.how === '>>' || this.#opened.has(path));
    this.#opened.add(path);
  }

  // — expressions

  #evaluate(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'regExp':
        return Number(this.#regExp(expression.source).test(this.#text0()));
      case 'variable':
        return this.#value(expression.name);
      case 'field':
        return this.#field(toNumber(this.#evaluate(expression.index)));
      case 'element': {
        const table = this.table(expression.name);
        const key = this.#key(expression.keys);
        // Looking at an element makes it.
        if (!table.has(key)) table.set(key, '');
        return table.get(key) ?? '';
      }
      case 'in':
        return Number(this.table(expression.name).has(this.#key(expression.keys)));
      case 'assign': {
        const value = this.#evaluate(expression.value);
        const { operator, target } = expression;
        return this.#store(target, operator === '' ? value : arithmetic(operator, toNumber(this.#evaluate(target)), toNumber(value)));
      }
      case 'step': {
        const before = toNumber(this.#evaluate(expression.target));
        this.#store(expression.target, before + expression.by);
        return expression.prefix ? before + expression.by : before;
      }
      case 'unary': {
        const value = this.#evaluate(expression.of);
        return expression.operator === '!' ? Number(!isTrue(value)) : expression.operator === '-' ? -toNumber(value) : toNumber(value);
      }
      case 'ternary':
        return this.#evaluate(isTrue(this.#evaluate(expression.test)) ? expression.yes : expression.no);
      case 'binary':
        return this.#binary(expression.operator, expression.left, expression.right);
      case 'getline':
        return this.#getline(expression);
      case 'call':
        return this.#call(expression.name, expression.args);
    }
  }

  #getline({ target, file }: Expression & { kind: 'getline' }): Value {
    const line = file === undefined ? this.outside.next() : this.outside.line(this.#text(file));
    if (line === null) return -1;
    if (line === undefined) return 0;
    if (file === undefined) this.#count();
    if (target === undefined) this.#setRecord(line);
    else this.#store(target, fromOutside(line));
    return 1;
  }

  #count(): void {
    for (const name of ['NR', 'FNR']) this.#globals.set(name, toNumber(this.#value(name)) + 1);
  }

  #store(target: Expression, value: Value): Value {
    if (target.kind === 'variable') this.#assign(target.name, value);
    else if (target.kind === 'field') this.#setField(toNumber(this.#evaluate(target.index)), value);
    else if (target.kind === 'element') this.table(target.name).set(this.#key(target.keys), value);
    return value;
  }

  #binary(operator: string, left: Expression, right: Expression): Value {
    switch (operator) {
      case '&&':
        return Number(isTrue(this.#evaluate(left)) && isTrue(this.#evaluate(right)));
      case '||':
        return Number(isTrue(this.#evaluate(left)) || isTrue(this.#evaluate(right)));
      case ' ':
        return this.#text(left) + this.#text(right);
      case '~':
        return Number(this.#pattern(right).test(this.#text(left)));
      case '!~':
        return Number(!this.#pattern(right).test(this.#text(left)));
    }
    const [a, b] = [this.#evaluate(left), this.#evaluate(right)];
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

  #pattern(expression: Expression): RegExp {
    return this.#regExp(expression.kind === 'regExp' ? expression.source : this.#text(expression));
  }

  #regExp(source: string): RegExp {
    let regExp = this.#regExps.get(source);
    if (regExp === undefined) this.#regExps.set(source, (regExp = posixRegExp(source, true, '')));
    return regExp;
  }

  #call(name: string, args: readonly Expression[]): Value {
    const own = this.program.functions.get(name);
    if (own !== undefined) return this.#callOwn(name, args);
    const text = (i: number): string => (args[i] === undefined ? this.#text0() : this.#text(args[i]));
    const number = (i: number): number => (args[i] === undefined ? 0 : toNumber(this.#evaluate(args[i])));
    switch (name) {
      case 'length': {
        const [of] = args;
        if (of?.kind === 'variable' && (this.#tables.has(of.name) || this.#frame(of.name)?.tables.has(of.name) === true))
          return this.table(of.name).size;
        return [...text(0)].length;
      }
      case 'substr': {
        const characters = [...text(0)];
        const from = Math.round(number(1));
        const end = args[2] === undefined ? characters.length + 1 : from + Math.round(number(2));
        return characters.slice(Math.max(0, from - 1), Math.max(0, end - 1)).join('');
      }
      case 'index':
        return text(0).indexOf(text(1)) + 1;
      case 'split': {
        const [, array, separator] = args;
        if (array?.kind !== 'variable') throw new AwkMistake('split: second argument must be an array');
        const source = text(0);
        const pieces = this.#pieces(
          source,
          separator === undefined ? toText(this.#value('FS')) : separator.kind === 'regExp' ? separator.source : this.#text(separator),
        );
        const table = this.table(array.name);
        table.clear();
        pieces.forEach((piece, i) => table.set(String(i + 1), fromOutside(piece)));
        return pieces.length;
      }
      case 'sub':
      case 'gsub':
        return this.#substitute(name === 'gsub', args);
      case 'match': {
        const found = this.#pattern(args[1] as Expression).exec(text(0));
        this.#globals.set('RSTART', found === null ? 0 : found.index + 1);
        this.#globals.set('RLENGTH', found === null ? -1 : found[0].length);
        return found === null ? 0 : found.index + 1;
      }
      case 'sprintf':
        return format(text(0), args.slice(1).map((arg) => this.#evaluate(arg))); // prettier-ignore
      case 'tolower':
        return text(0).toLowerCase();
      case 'toupper':
        return text(0).toUpperCase();
      case 'int':
        return Math.trunc(number(0));
      case 'sqrt':
        return Math.sqrt(number(0));
      case 'exp':
        return Math.exp(number(0));
      case 'log':
        return Math.log(number(0));
      case 'sin':
        return Math.sin(number(0));
      case 'cos':
        return Math.cos(number(0));
      case 'atan2':
        return Math.atan2(number(0), number(1));
      case 'rand':
        return this.outside.random(1 << 30) / (1 << 30);
      case 'srand':
        return 0;
      case 'close':
        this.#opened.delete(text(0));
        this.outside.close(text(0));
        return 0;
      case 'fflush':
        return 0;
      case 'system':
        throw new AwkMistake('system() is not modelled here');
      default:
        throw new AwkMistake(`function ${name} never defined`);
    }
  }

  #substitute(all: boolean, [pattern, replacement, target]: readonly Expression[]): Value {
    const regExp = this.#pattern(pattern as Expression);
    const place: Expression = target ?? { kind: 'field', index: { kind: 'number', value: 0 } };
    const source = this.#text(replacement as Expression);
    let count = 0;
    const before = this.#text(place);
    const after = before.replace(new RegExp(regExp.source, all ? 'g' : ''), (found: string) => {
      count++;
      return source.replace(/\\\\&|\\&|&/g, (mark) => (mark === '&' ? found : mark === '\\&' ? '&' : `\\${found}`));
    });
    if (count > 0) this.#store(place, after);
    return count;
  }

  #callOwn(name: string, args: readonly Expression[]): Value {
    const { parameters, body } = this.program.functions.get(name) as { parameters: readonly string[]; body: Statement };
    if (this.#frames.length > 200) throw new AwkMistake(`function call nesting too deep in ${name}`);
    const values = new Map<string, Value>();
    const tables = new Map<string, Table>();
    parameters.forEach((parameter, i) => {
      const arg = args[i];
      if (arg === undefined) return;
      const isArray =
        arg.kind === 'variable' &&
        (this.#frame(arg.name)?.tables.has(arg.name) === true || (this.#tables.has(arg.name) && !this.#globals.has(arg.name)));
      if (isArray) tables.set(parameter, this.table(arg.name));
      else if (arg.kind === 'variable' && this.#value(arg.name) === '' && usesAsArray(body, parameter))
        tables.set(parameter, this.table(arg.name));
      else values.set(parameter, this.#evaluate(arg));
    });
    this.#frames.push({ values, tables, names: new Set(parameters) });
    try {
      this.#statement(body);
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
      if (b === 0) throw new AwkMistake('division by zero');
      return a / b;
    case '%':
      if (b === 0) throw new AwkMistake('division by zero in %');
      return a % b;
    default:
      return a ** b;
  }
}

/** An unset variable becomes an array when the function takes it for one. */
function usesAsArray(body: Statement, name: string): boolean {
  return JSON.stringify(body).includes(`"kind":"element","name":"${name}"`) || JSON.stringify(body).includes(`"array":"${name}"`);
}
