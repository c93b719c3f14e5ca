/** A word, number, string or sign of a statement, and where it stands. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const PATTERN =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_][\w$]*)|(\d+(?:\.\d+)?)|'((?:[^']|'')*)'|("(?:[^"]|"")*"|`[^`]*`)|(<>|!=|<=|>=|\|\||::|[-+*/%(),.;=<>])/gy;

/** SQL's words. What is no SQL comes as a sign that no rule knows. */
export function tokenize(text: string, doubleQuotedStrings: boolean): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (match === null) {
      tokens.push({ kind: 'sign', text: text[at] as string, at: at++ });
      continue;
    }
    const [all, word, number, string, quoted, sign] = match;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'"), at });
    else if (quoted !== undefined)
      tokens.push({ kind: doubleQuotedStrings && quoted.startsWith('"') ? 'string' : 'quoted', text: quoted.slice(1, -1), at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    at += all.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

/** The statements of a script: cut at semicolons outside strings. `rest` is what no semicolon ends. */
export function splitStatements(script: string): { statements: string[]; rest: string } {
  const statements: string[] = [];
  let from = 0;
  for (const { kind, text, at } of tokenize(script, false)) {
    if (kind !== 'sign' || text !== ';') continue;
    statements.push(script.slice(from, at).trim());
    from = at + 1;
  }
  return { statements: statements.filter((one) => one !== ''), rest: script.slice(from).trim() };
}
