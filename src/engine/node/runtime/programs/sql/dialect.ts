import type { SqlError } from './syntax.ts';

/** Where databases differ, and how each words its refusals. */
export interface Dialect {
  readonly doubleQuotedStrings: boolean;
  readonly integerDivision: boolean;
  readonly likeIgnoresCase: boolean;
  /** Absent: the result is NULL. */
  readonly divisionByZero?: SqlError;
  syntax(near: string, at: number, statement: string): SqlError;
  noTable(name: string, at: number, database: string): SqlError;
  tableThere(name: string): SqlError;
  noColumn(name: string, at: number, table: string): SqlError;
  noFunction(name: string, at: number): SqlError;
  noDatabase(name: string): SqlError;
  databaseThere(name: string): SqlError;
  notNull(column: string, table: string, row: string): SqlError;
  duplicate(column: string, table: string, value: string): SqlError;
  wrongType(type: string, value: string, column: string): SqlError;
  tooManyValues(at: number): SqlError;
}
