/** A jq filter as a tree. */
export type Filter =
  | { readonly kind: 'identity' | 'recurse' }
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'string'; readonly parts: readonly (string | Filter)[]; readonly format?: string }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly kind: 'slice'; readonly of: Filter; readonly from?: Filter; readonly to?: Filter }
  | { readonly kind: 'each'; readonly of: Filter }
  | { readonly kind: 'pipe' | 'comma' | 'alternative' | 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'negate'; readonly of: Filter }
  | { readonly kind: 'assign'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'array'; readonly of?: Filter }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Filter; readonly value: Filter }[] }
  | { readonly kind: 'try'; readonly body: Filter; readonly handler?: Filter }
  | { readonly kind: 'if'; readonly branches: readonly { readonly test: Filter; readonly yes: Filter }[]; readonly otherwise?: Filter }
  | { readonly kind: 'as'; readonly source: Filter; readonly pattern: Pattern; readonly body: Filter }
  | { readonly kind: 'reduce'; readonly source: Filter; readonly pattern: Pattern; readonly start: Filter; readonly update: Filter }
  | {
      readonly kind: 'foreach';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly start: Filter;
      readonly update: Filter;
      readonly extract?: Filter;
    }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | {
      readonly kind: 'define';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly body: Filter;
      readonly rest: Filter;
    };

export type Pattern =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Filter; readonly name?: string; readonly value?: Pattern }[] };

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The program text is wrong. */
export class JqMistake extends Error {}

/** What `error` and failed operations throw; `try` catches it. */
export class JqError extends Error {
  constructor(readonly value: JsonValue) {
    super(typeof value === 'string' ? value : `${JSON.stringify(value)} (not a string)`);
  }
}
