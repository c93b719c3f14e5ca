// The shell language as a tree. Names follow the POSIX shell grammar (XCU 2.10).

/** Whose language, messages and habits: the learner's bash, Debian's `/bin/sh`, Alpine's and busybox's `sh`. */
export type Dialect = 'bash' | 'dash' | 'ash';

export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
  readonly quoted: boolean;
}

export interface Parameter {
  readonly kind: 'parameter';
  readonly name: string;
  /** Subscript of an array's element; `@` and `*` are all of them. */
  readonly index?: Word | '@' | '*';
  readonly quoted: boolean;
  /** `-` `:-` `=` `:=` `?` `:?` `+` `:+` `#` `##` `%` `%%` `/` `//` `/#` `/%` `:` `^` `^^` `,` `,,` `~` `~~` `@Q` and its like, or `length`, `names`. */
  readonly operator?: string;
  readonly word?: Word;
  /** `${!name}`: the parameter that this one names; of an array with `@` and `*` its keys. */
  readonly indirect?: boolean;
  /** Replacement of `/`, length of `:`. */
  readonly second?: Word;
}

export interface CommandSubstitution {
  readonly kind: 'command';
  readonly body: List;
  readonly quoted: boolean;
}

export interface Arithmetic {
  readonly kind: 'arithmetic';
  readonly expression: Word;
  readonly quoted: boolean;
}

/** `<(list)` and `>(list)`: a file name that stands for what the list prints or reads. */
export interface ProcessSubstitution {
  readonly kind: 'process';
  readonly direction: '<' | '>';
  readonly body: List;
  readonly quoted: boolean;
}

export type Part = Literal | Parameter | CommandSubstitution | Arithmetic | ProcessSubstitution;
export type Word = readonly Part[];

export interface Redirection {
  readonly descriptor: number | undefined;
  /** `{name}>file`: the shell picks a free descriptor and writes it down there. */
  readonly variable?: string;
  readonly operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<' | '<<<' | '&>' | '&>>';
  /** Of a here-document: how it begins, as typed (`<<-'END'`). */
  readonly delimiter?: string;
  /** File, descriptor, or the body of a here-document (filled in when the line ends). */
  word: Word;
}

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly value: Word;
  /** `name[index]=value`. */
  readonly index?: Word;
  /** `name=(…)`. */
  readonly items?: readonly ArrayItem[];
}

export interface ArrayItem {
  readonly index?: Word;
  readonly value: Word;
}

export interface Simple {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  /** Arrays among the arguments of `declare`, `local` and the like. */
  readonly arrays?: readonly Assignment[];
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

export type Condition =
  | { readonly kind: 'unary'; readonly operator: string; readonly word: Word }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly kind: 'not' | 'group'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition };

export type CompoundBody =
  | { readonly kind: 'group'; readonly body: List }
  | { readonly kind: 'subshell'; readonly body: List }
  | { readonly kind: 'if'; readonly branches: readonly { readonly condition: List; readonly body: List }[]; readonly otherwise?: List }
  | { readonly kind: 'for'; readonly name: string; readonly words?: readonly Word[]; readonly body: List }
  | { readonly kind: 'for-arithmetic'; readonly start: Word; readonly test: Word; readonly step: Word; readonly body: List }
  | { readonly kind: 'while'; readonly until: boolean; readonly condition: List; readonly body: List }
  | {
      readonly kind: 'case';
      readonly word: Word;
      readonly items: readonly { readonly patterns: readonly Word[]; readonly body: List; readonly end: ';;' | ';&' | ';;&' }[];
    }
  | { readonly kind: 'select'; readonly name: string; readonly words?: readonly Word[]; readonly body: List }
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'arithmetic-command'; readonly expression: Word }
  | { readonly kind: 'function'; readonly name: string; readonly body: Command }
  | { readonly kind: 'coproc'; readonly name: string; readonly body: Command };

export type Compound = CompoundBody & { readonly redirections: readonly Redirection[]; readonly line: number };

export type Command = Simple | Compound;

export interface Pipeline {
  readonly negated: boolean;
  /** `time` and `time -p`: says afterwards how long it took. */
  readonly timed?: 'bash' | 'posix';
  readonly commands: readonly Command[];
}

export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
  readonly background: boolean;
  /** As it was typed, for `jobs`. */
  readonly text: string;
}

export type List = readonly AndOr[];

/** A sentence of dash's alone. */
export const DASH_ONLY = 'Bad for loop variable';

/** The text breaks the grammar. `token` is what was not expected, `undefined` at the end of the text. */
export class ShellSyntaxError extends Error {
  constructor(
    readonly token: string | undefined,
    readonly line: number,
    /** What would have had to come: `done`, `fi`, or an open quote. */
    readonly expecting?: string,
    /** A sentence of its own. */
    readonly reason?: string,
  ) {
    super('syntax error');
  }
}
