import type { Dialect } from '../sql/dialect.ts';
import { SqlError } from '../sql/syntax.ts';

/** PostgreSQL's words. */
export const POSTGRES: Dialect = {
  doubleQuotedStrings: false,
  integerDivision: true,
  likeIgnoresCase: false,
  divisionByZero: new SqlError('division by zero'),
  syntax: (near, at) => new SqlError(near === '' ? 'syntax error at end of input' : `syntax error at or near "${near}"`, at),
  noTable: (name, at) => new SqlError(`relation "${name}" does not exist`, at),
  tableThere: (name) => new SqlError(`relation "${name}" already exists`),
  noColumn: (name, at, table) => new SqlError(table === '' ? `column "${name}" does not exist` : `column "${name}" does not exist`, at),
  noFunction: (name, at) => new SqlError(`function ${name}() does not exist`, at),
  noDatabase: (name) => new SqlError(`database "${name}" does not exist`),
  databaseThere: (name) => new SqlError(`database "${name}" already exists`),
  notNull: (column, table, row) =>
    new SqlError(
      `null value in column "${column}" of relation "${table}" violates not-null constraint`,
      undefined,
      undefined,
      `Failing row contains (${row}).`,
    ),
  duplicate: (column, table, value) =>
    new SqlError(
      `duplicate key value violates unique constraint "${table}_${column === 'id' ? 'pkey' : `${column}_key`}"`,
      undefined,
      undefined,
      `Key (${column})=(${value}) already exists.`,
    ),
  wrongType: (type, value) => new SqlError(`invalid input syntax for type ${type}: "${value}"`),
  tooManyValues: (at) => new SqlError('INSERT has more expressions than target columns', at),
};
