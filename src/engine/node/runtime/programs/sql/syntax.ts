/** What statements consist of. */

export type Value = string | number | boolean | null;

export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'column'; readonly name: string; readonly at: number }
  | { readonly kind: 'star' }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: 'NOT' | '-'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly operand: Expression; readonly list: readonly Expression[]; readonly negated: boolean }
  | { readonly kind: 'is-null'; readonly operand: Expression; readonly negated: boolean };

export interface ColumnDefinition {
  readonly name: string;
  /** As written: `varchar(20)`. */
  readonly type: string;
  readonly serial: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly notNull: boolean;
  readonly otherwise: Expression | undefined;
}

export interface TableName {
  readonly name: string;
  readonly at: number;
}

export interface SelectItem {
  readonly expression: Expression;
  readonly alias: string | undefined;
}

export type Statement =
  | { readonly kind: 'create-table'; readonly table: TableName; readonly columns: readonly ColumnDefinition[]; readonly ifMissing: boolean }
  | { readonly kind: 'drop-table' | 'truncate'; readonly table: TableName; readonly ifThere: boolean }
  | { readonly kind: 'create-database'; readonly name: string; readonly ifMissing: boolean }
  | { readonly kind: 'drop-database'; readonly name: string; readonly ifThere: boolean }
  | { readonly kind: 'use'; readonly name: string }
  | { readonly kind: 'show'; readonly what: 'databases' | 'tables' }
  | {
      readonly kind: 'insert';
      readonly table: TableName;
      readonly columns: readonly TableName[] | undefined;
      readonly rows: readonly (readonly (Expression | undefined)[])[];
      readonly returning: readonly SelectItem[] | undefined;
    }
  | {
      readonly kind: 'select';
      readonly items: readonly SelectItem[];
      readonly table: TableName | undefined;
      readonly where: Expression | undefined;
      readonly groupBy: readonly Expression[];
      readonly orderBy: readonly { readonly expression: Expression; readonly descending: boolean }[];
      readonly limit: number | undefined;
      readonly offset: number;
    }
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly set: readonly { readonly column: TableName; readonly value: Expression }[];
      readonly where: Expression | undefined;
    }
  | { readonly kind: 'delete'; readonly table: TableName; readonly where: Expression | undefined };

/** A statement that is none: where it stopped making sense. */
export class SqlSyntaxError extends Error {
  constructor(
    readonly near: string,
    readonly at: number,
  ) {
    super(`syntax error at or near "${near}"`);
  }
}

/** A statement that was refused, in the words of the database. */
export class SqlError extends Error {
  constructor(
    message: string,
    /** Place in the statement that it speaks of. */
    readonly at?: number,
    /** MySQL's error number and state: `1146 (42S02)`. */
    readonly code?: string,
    readonly detail?: string,
  ) {
    super(message);
  }
}
