export interface FieldRequirement {
  readonly field: string;
  readonly op: '=' | '!=';
  readonly value: string;
}

/** Reads the text of `?fieldSelector=`. Throws an `Error` with the server's sentence. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const terms = splitTerms(text).sort();
  const requirements: FieldRequirement[] = [];
  for (const term of terms) {
    if (term === '') continue;
    const parts = splitTerm(term);
    if (parts === undefined) throw new Error(`invalid selector: '${text}'; can't understand '${term}'`);
    requirements.push({ field: parts.field, op: parts.op, value: unescapeFieldValue(parts.value) });
  }
  return requirements;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function splitTerm(term: string): FieldRequirement | undefined {
  for (let at = 0; at < term.length; at++) {
    for (const operator of ['!=', '==', '=']) {
      if (term.startsWith(operator, at)) {
        return { field: term.slice(0, at), op: operator === '!=' ? '!=' : '=', value: term.slice(at + operator.length) };
      }
    }
  }
  return undefined;
}

function unescapeFieldValue(value: string): string {
  let plain = '';
  for (let at = 0; at < value.length; at++) {
    const character = value[at] as string;
    if (character === '\\') {
      const next = value[at + 1];
      if (next === undefined) throw new Error('invalid field selector: invalid escape sequence: \\');
      if (!['\\', ',', '='].includes(next)) throw new Error(`invalid field selector: invalid escape sequence: \\${next}`);
      plain += next;
      at++;
    } else if (character === ',' || character === '=') {
      // Go prints the rune's number.
      throw new Error(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else plain += character;
  }
  return plain;
}
