/** An awk program as a tree (POSIX awk). */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regExp'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | { readonly kind: 'element'; readonly name: string; readonly keys: readonly Expression[] }
  | { readonly kind: 'in'; readonly keys: readonly Expression[]; readonly name: string }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: Expression; readonly value: Expression }
  | { readonly kind: 'step'; readonly target: Expression; readonly by: 1 | -1; readonly prefix: boolean }
  | { readonly kind: 'unary'; readonly operator: '!' | '-' | '+'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'ternary'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  /** From a file, from what a command prints, or the next record of the input. */
  | { readonly kind: 'getline'; readonly target?: Expression; readonly file?: Expression; readonly command?: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | {
      readonly kind: 'print';
      readonly formatted: boolean;
      readonly args: readonly Expression[];
      readonly target?: { readonly how: '>' | '>>' | '|'; readonly path: Expression };
    }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no?: Statement }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement; readonly after: boolean }
  | { readonly kind: 'for'; readonly start?: Statement; readonly test?: Expression; readonly step?: Statement; readonly body: Statement }
  | { readonly kind: 'for-in'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly kind: 'delete'; readonly name: string; readonly keys?: readonly Expression[] }
  | { readonly kind: 'next' | 'break' | 'continue' }
  | { readonly kind: 'exit' | 'return'; readonly value?: Expression };

export interface Rule {
  readonly when: 'BEGIN' | 'END' | 'record';
  readonly pattern?: Expression;
  /** End of a range. */
  readonly until?: Expression;
  readonly body?: Statement;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

export class AwkMistake extends Error {}

/** While it runs. mawk adds where it was in the input. */
export class AwkRunTimeError extends AwkMistake {}
