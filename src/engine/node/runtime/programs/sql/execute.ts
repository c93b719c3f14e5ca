import type { Databases, Table } from './database.ts';
import type { Dialect } from './dialect.ts';
import { compare, evaluate, isAggregate, truth, type Row, type Scope } from './evaluate.ts';
import { parseStatement } from './parser.ts';
import {
  SqlSyntaxError,
  type ColumnDefinition,
  type Expression,
  type SelectItem,
  type Statement,
  type TableName,
  type Value,
} from './syntax.ts';

/** What a statement gave: rows, or how many it has touched. */
export interface Outcome {
  readonly statement: Statement['kind'];
  readonly columns?: readonly { readonly name: string; readonly numeric: boolean }[];
  readonly rows?: readonly (readonly Value[])[];
  readonly count: number;
}

export interface Session {
  database: string;
  readonly functions: Readonly<Record<string, () => Value>>;
}

/** Runs one statement. Throws `SqlError` in the dialect's words. */
export function execute(databases: Databases, session: Session, dialect: Dialect, text: string): Outcome {
  let statement: Statement;
  try {
    statement = parseStatement(text, dialect);
  } catch (error) {
    if (error instanceof SqlSyntaxError) throw dialect.syntax(error.near, error.at, text);
    throw error;
  }
  return new Execution(databases, session, dialect).run(statement);
}

class Execution {
  constructor(
    readonly databases: Databases,
    readonly session: Session,
    readonly dialect: Dialect,
  ) {}

  run(statement: Statement): Outcome {
    switch (statement.kind) {
      case 'create-database':
        if (this.databases.names.includes(statement.name)) {
          if (!statement.ifMissing) throw this.dialect.databaseThere(statement.name);
        } else this.databases.create(statement.name);
        return { statement: statement.kind, count: 1 };
      case 'drop-database':
        if (!this.databases.names.includes(statement.name)) {
          if (!statement.ifThere) throw this.dialect.noDatabase(statement.name);
        } else this.databases.drop(statement.name);
        return { statement: statement.kind, count: 0 };
      case 'use':
        if (!this.databases.names.includes(statement.name)) throw this.dialect.noDatabase(statement.name);
        this.session.database = statement.name;
        return { statement: statement.kind, count: 0 };
      case 'show': {
        const { database } = this.session;
        const names = statement.what === 'databases' ? this.databases.names : [...(this.databases.tables(database)?.keys() ?? [])].sort();
        const name = statement.what === 'databases' ? 'Database' : `Tables_in_${database}`;
        return { statement: 'show', columns: [{ name, numeric: false }], rows: names.map((each) => [each]), count: names.length };
      }
      case 'create-table':
        return this.#createTable(statement);
      case 'drop-table':
        if (this.#find(statement.table) === undefined) {
          if (!statement.ifThere) throw this.dialect.noTable(statement.table.name, statement.table.at, this.session.database);
        } else this.databases.dropTable(this.session.database, statement.table.name);
        return { statement: statement.kind, count: 0 };
      case 'truncate':
        this.#save({ ...this.#table(statement.table), rows: [] });
        return { statement: statement.kind, count: 0 };
      case 'insert':
        return this.#insert(statement);
      case 'select':
        return this.#select(statement);
      case 'update':
        return this.#update(statement);
      case 'delete':
        return this.#delete(statement);
    }
  }

  #createTable({ table, columns, ifMissing }: Extract<Statement, { kind: 'create-table' }>): Outcome {
    const there = this.#find(table) !== undefined;
    if (there && !ifMissing) throw this.dialect.tableThere(table.name);
    if (!there) this.#save({ name: table.name, columns, rows: [], next: 1 });
    return { statement: 'create-table', count: 0 };
  }

  #insert({ table: name, columns, rows, returning }: Extract<Statement, { kind: 'insert' }>): Outcome {
    const table = this.#table(name);
    const scope = this.#scope(table);
    const targets = columns?.map((column) => this.#column(table, column)) ?? table.columns;
    let { next } = table;
    const added: Row[] = [];
    for (const values of rows) {
      if (values.length > targets.length) throw this.dialect.tooManyValues(name.at);
      const row: Record<string, Value> = {};
      for (const column of table.columns) {
        const given = values[targets.indexOf(column)];
        const value = given === undefined ? undefined : evaluate(given, {}, { ...scope, columns: new Set() });
        if (column.serial && (value === undefined || value === null)) row[column.name] = next++;
        else if (value === undefined) row[column.name] = column.otherwise === undefined ? null : evaluate(column.otherwise, {}, scope);
        else row[column.name] = this.#fit(column, value);
        if (column.serial) next = Math.max(next, Number(row[column.name]) + 1);
      }
      this.#check(table, row, [...table.rows, ...added]);
      added.push(row);
    }
    this.#save({ ...table, rows: [...table.rows, ...added], next });
    if (returning === undefined) return { statement: 'insert', count: added.length };
    return { ...this.#project(returning, added, scope, table), statement: 'insert', count: added.length };
  }

  #select({ items, table: name, where, groupBy, orderBy, limit, offset }: Extract<Statement, { kind: 'select' }>): Outcome {
    const table = name === undefined ? undefined : this.#table(name);
    const scope = this.#scope(table);
    let rows: readonly Row[] = table === undefined ? [{}] : table.rows;
    if (where !== undefined) rows = rows.filter((row) => truth(evaluate(where, row, scope)));
    if (groupBy.length > 0 || items.some(({ expression }) => isAggregate(expression))) {
      const groups = new Map<string, Row[]>();
      if (groupBy.length === 0) groups.set('', [...rows]);
      for (const row of groupBy.length === 0 ? [] : rows) {
        const key = JSON.stringify(groupBy.map((part) => evaluate(part, row, scope)));
        groups.set(key, [...(groups.get(key) ?? []), row]);
      }
      let made = Array.from(groups.values(), (group) => ({
        values: items.map(({ expression }) => evaluate(expression, group[0] ?? {}, scope, group)),
        keys: orderBy.map(({ expression }) => evaluate(this.#meant(expression, items), group[0] ?? {}, scope, group)),
      }));
      made = made
        .sort((one, other) => order(one.keys, other.keys, orderBy))
        .slice(offset, limit === undefined ? undefined : offset + limit);
      const values = made.map((each) => each.values);
      return { statement: 'select', columns: this.#heads(items, values, table), rows: values, count: values.length };
    }
    if (orderBy.length > 0) {
      const keyed = rows.map((row) => ({
        row,
        keys: orderBy.map(({ expression }) => evaluate(this.#meant(expression, items), row, scope)),
      }));
      rows = keyed.sort((one, other) => order(one.keys, other.keys, orderBy)).map(({ row }) => row);
    }
    rows = rows.slice(offset, limit === undefined ? undefined : offset + limit);
    return this.#project(items, rows, scope, table);
  }

  #update({ table: name, set, where }: Extract<Statement, { kind: 'update' }>): Outcome {
    const table = this.#table(name);
    const scope = this.#scope(table);
    const columns = set.map(({ column, value }) => ({ column: this.#column(table, column), value }));
    let count = 0;
    const rows = table.rows.map((row) => {
      if (where !== undefined && !truth(evaluate(where, row, scope))) return row;
      count++;
      return {
        ...row,
        ...Object.fromEntries(columns.map(({ column, value }) => [column.name, this.#fit(column, evaluate(value, row, scope))])),
      };
    });
    rows.forEach((row, i) => {
      if (row !== table.rows[i])
        this.#check(
          table,
          row,
          rows.filter((other) => other !== row),
        );
    });
    this.#save({ ...table, rows });
    return { statement: 'update', count };
  }

  #delete({ table: name, where }: Extract<Statement, { kind: 'delete' }>): Outcome {
    const table = this.#table(name);
    const scope = this.#scope(table);
    const rows = where === undefined ? [] : table.rows.filter((row) => !truth(evaluate(where, row, scope)));
    this.#save({ ...table, rows });
    return { statement: 'delete', count: table.rows.length - rows.length };
  }

  #project(items: readonly SelectItem[], rows: readonly Row[], scope: Scope, table: Table | undefined): Outcome {
    const wide = items.flatMap((item): readonly SelectItem[] =>
      item.expression.kind === 'star'
        ? (table?.columns ?? []).map(({ name }) => ({ expression: { kind: 'column', name, at: 0 }, alias: undefined }))
        : [item],
    );
    const values = rows.map((row) => wide.map(({ expression }) => evaluate(expression, row, scope)));
    if (rows.length === 0 && table !== undefined) for (const { expression } of wide) evaluate(expression, {}, scope);
    return { statement: 'select', columns: this.#heads(wide, values, table), rows: values, count: values.length };
  }

  #heads(
    items: readonly SelectItem[],
    values: readonly (readonly Value[])[],
    table: Table | undefined,
  ): { name: string; numeric: boolean }[] {
    return items.map(({ expression, alias }, i) => {
      const type = expression.kind === 'column' ? table?.columns.find(({ name }) => name === expression.name)?.type : undefined;
      const first = values.find((row) => row[i] !== null)?.[i];
      return { name: alias ?? headOf(expression), numeric: type === undefined ? typeof first === 'number' : NUMERIC.test(type) };
    });
  }

  /** In ORDER BY a number is the place of a column, and an alias is what it stands for. */
  #meant(expression: Expression, items: readonly SelectItem[]): Expression {
    if (expression.kind === 'value' && typeof expression.value === 'number') return items[expression.value - 1]?.expression ?? expression;
    if (expression.kind !== 'column') return expression;
    return items.find(({ alias }) => alias === expression.name)?.expression ?? expression;
  }

  #fit(column: ColumnDefinition, value: Value): Value {
    if (value === null) return null;
    if (INTEGER.test(column.type)) {
      const number =
        typeof value === 'boolean'
          ? Number(value)
          : typeof value === 'number'
            ? value
            : /^\s*-?\d+\s*$/.test(value)
              ? Number(value)
              : undefined;
      if (number === undefined) throw this.dialect.wrongType('integer', String(value), column.name);
      return Math.round(number);
    }
    if (NUMERIC.test(column.type)) {
      const number = Number(value);
      if (Number.isNaN(number)) throw this.dialect.wrongType('numeric', String(value), column.name);
      return number;
    }
    if (column.type.startsWith('bool')) return value === true || /^(t|true|yes|on|1)$/i.test(String(value));
    return String(value);
  }

  #check(table: Table, row: Row, others: readonly Row[]): void {
    for (const { name, notNull, unique } of table.columns) {
      const value = row[name] ?? null;
      if (notNull && value === null)
        throw this.dialect.notNull(name, table.name, table.columns.map((column) => shown(row[column.name] ?? null)).join(', '));
      if (unique && value !== null && others.some((other) => compare(other[name] ?? null, value) === 0))
        throw this.dialect.duplicate(name, table.name, String(value));
    }
  }

  #scope(table: Table | undefined): Scope {
    const columns = table === undefined ? undefined : new Set(table.columns.map(({ name }) => name));
    return { dialect: this.dialect, columns, table: table?.name ?? '', functions: this.session.functions };
  }

  #column(table: Table, { name, at }: TableName): ColumnDefinition {
    const column = table.columns.find((each) => each.name === name);
    if (column === undefined) throw this.dialect.noColumn(name, at, table.name);
    return column;
  }

  #find({ name }: TableName): Table | undefined {
    return this.databases.tables(this.session.database)?.get(name);
  }

  #table(name: TableName): Table {
    const table = this.#find(name);
    if (table === undefined) throw this.dialect.noTable(name.name, name.at, this.session.database);
    return table;
  }

  #save(table: Table): void {
    this.databases.save(this.session.database, table);
  }
}

const INTEGER = /^(small|big|tiny|medium)?(int|integer|serial)\b|^int\d/;
const NUMERIC = /^(small|big|tiny|medium)?(int|integer|serial)|^(numeric|decimal|real|double|float)/;

function headOf(expression: Expression): string {
  if (expression.kind === 'column' || expression.kind === 'call') return expression.name;
  return '?column?';
}

function shown(value: Value): string {
  return value === null ? 'null' : String(value);
}

function order(one: readonly Value[], other: readonly Value[], by: readonly { readonly descending: boolean }[]): number {
  for (let i = 0; i < by.length; i++) {
    const difference = compare(one[i] ?? null, other[i] ?? null);
    if (difference !== 0) return by[i]?.descending === true ? -difference : difference;
  }
  return 0;
}
