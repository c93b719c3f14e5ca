/** A place in a text; line and column are counted from zero. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export type Token =
  | { readonly type: Structure; readonly start: Mark }
  | { readonly type: 'scalar'; readonly start: Mark; readonly value: string; readonly plain: boolean }
  | { readonly type: 'anchor'; readonly start: Mark; readonly value: string }
  | { readonly type: 'alias'; readonly start: Mark; readonly value: string }
  | { readonly type: 'tag'; readonly start: Mark; readonly handle: string; readonly suffix: string }
  | { readonly type: 'version'; readonly start: Mark; readonly version: string }
  | { readonly type: 'tag-directive'; readonly start: Mark; readonly handle: string; readonly prefix: string };

export type Structure =
  | 'stream-end'
  | 'document-start'
  | 'document-end'
  | 'block-sequence'
  | 'block-mapping'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | '-'
  | ','
  | '?'
  | ':';

/** What is wrong with a YAML text, as go-yaml v2 says it: `yaml: line 3: found character that cannot start any token`. */
export class YamlFault extends Error {
  static of(problem: string): YamlFault {
    return new YamlFault(`yaml: ${problem}`);
  }

  /** The scanner's faults are on the line where they are seen, and the first line is not named. */
  static scanner({ line }: Mark, problem: string): YamlFault {
    return YamlFault.of(line === 0 ? problem : `line ${line + 1}: ${problem}`);
  }

  /** The parser counts lines from zero, and does not name that one. */
  static parser({ line }: Mark, problem: string): YamlFault {
    return YamlFault.of(line === 0 ? problem : `line ${line}: ${problem}`);
  }
}
