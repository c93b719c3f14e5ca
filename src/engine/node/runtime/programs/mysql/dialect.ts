import type { Dialect } from '../sql/dialect.ts';
import { SqlError } from '../sql/syntax.ts';

const error = (code: string, message: string): SqlError => new SqlError(message, undefined, code);

/** MySQL's and MariaDB's words. */
export const MYSQL: Dialect = {
  doubleQuotedStrings: true,
  integerDivision: false,
  likeIgnoresCase: true,
  syntax: (near, at, statement) =>
    error(
      '1064 (42000)',
      `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near === '' ? '' : statement.slice(at, at + 80)}' at line ${statement.slice(0, at).split('\n').length}`,
    ),
  noTable: (name, _at, database) =>
    database === '' ? error('1046 (3D000)', 'No database selected') : error('1146 (42S02)', `Table '${database}.${name}' doesn't exist`),
  tableThere: (name) => error('1050 (42S01)', `Table '${name}' already exists`),
  noColumn: (name) => error('1054 (42S22)', `Unknown column '${name}' in 'field list'`),
  noFunction: (name) => error('1305 (42000)', `FUNCTION ${name} does not exist`),
  noDatabase: (name) => error('1049 (42000)', `Unknown database '${name}'`),
  databaseThere: (name) => error('1007 (HY000)', `Can't create database '${name}'; database exists`),
  notNull: (column) => error('1048 (23000)', `Column '${column}' cannot be null`),
  duplicate: (column, table, value) =>
    error('1062 (23000)', `Duplicate entry '${value}' for key '${table}.${column === 'id' ? 'PRIMARY' : column}'`),
  wrongType: (type, value, column) => error('1366 (HY000)', `Incorrect ${type} value: '${value}' for column '${column}' at row 1`),
  tooManyValues: () => error('1136 (21S01)', "Column count doesn't match value count at row 1"),
};
