import { isQualifiedName } from './names.ts';
import { newRequirement, type Operator, type Requirement } from './requirement.ts';

type Kind = 'end' | 'error' | 'identifier' | 'in' | 'notin' | '(' | ')' | ',' | '!' | '==' | '=' | '!=' | '>' | '<';
interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const BINARY_OPERATORS = 'in, notin, =, ==, !=, gt, lt';

/** Reads the text of `?labelSelector=`, sorted by key. Throws an `Error` with the server's sentence. */
export function parseLabelSelector(text: string): Requirement[] {
  const tokens = tokenize(text);
  let at = 0;
  // In the place of a value, the words `in` and `notin` are ordinary texts.
  const peek = (values = true): Token => {
    const token = tokens[at] ?? { kind: 'end', text: '' };
    return values && (token.kind === 'in' || token.kind === 'notin') ? { kind: 'identifier', text: token.text } : token;
  };
  const next = (values = true): Token => {
    const token = peek(values);
    at++;
    return token;
  };

  const requirements: Requirement[] = [];
  for (;;) {
    const token = peek();
    if (token.kind === 'end') break;
    if (token.kind !== 'identifier' && token.kind !== '!')
      throw new Error(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    try {
      requirements.push(requirement());
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
    }
    const after = next();
    if (after.kind === 'end') break;
    if (after.kind !== ',') throw new Error(`found '${after.text}', expected: ',' or 'end of string'`);
    const following = peek();
    if (following.kind !== 'identifier' && following.kind !== '!')
      throw new Error(`found '${following.text}', expected: identifier after ','`);
  }
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

  function requirement(): Requirement {
    let token = next();
    const absent = token.kind === '!';
    if (absent) token = next();
    if (token.kind !== 'identifier') throw new Error(`found '${token.text}', expected: identifier`);
    const problems = isQualifiedName(token.text);
    if (problems.length > 0) throw new Error(`<nil>: Invalid value: ${JSON.stringify(token.text)}: ${problems.join('; ')}`);
    const after = peek();
    if (absent) return newRequirement(token.text, '!', []);
    if (after.kind === 'end' || after.kind === ',') return newRequirement(token.text, 'exists', []);
    const operator = next(false);
    switch (operator.kind) {
      case 'in':
      case 'notin':
        return newRequirement(token.text, operator.kind, valueList());
      case '=':
      case '==':
      case '!=':
      case '>':
      case '<':
        return newRequirement(token.text, operator.kind as Operator, [exactValue()]);
      default:
        throw new Error(`found '${operator.text}', expected: ${BINARY_OPERATORS}`);
    }
  }

  function exactValue(): string {
    const token = peek();
    if (token.kind === 'end' || token.kind === ',') return '';
    next();
    if (token.kind !== 'identifier') throw new Error(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  function valueList(): string[] {
    const open = next();
    if (open.kind !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const first = peek();
    if (first.kind === ')') {
      next();
      // `in ()` asks for the empty text.
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw new Error(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = identifiers();
    if (next().kind !== ')') throw new Error(`found '${first.text}', expected: ')'`);
    return values;
  }

  function identifiers(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = next();
      if (token.kind === 'identifier') {
        values.push(token.text);
        const after = peek();
        if (after.kind === ')') return values;
        if (after.kind !== ',') throw new Error(`found '${after.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        // `(,a)` and `(a,)` hold the empty text.
        if (values.length === 0) values.push('');
        const after = peek();
        if (after.kind === ')') {
          values.push('');
          return values;
        }
        if (after.kind === ',') {
          next();
          values.push('');
        }
      } else throw new Error(`found '${token.text}', expected: ',', or identifier`);
    }
  }
}

const SYMBOLS = new Set(['(', ')', ',', '!', '==', '=', '!=', '>', '<']);
const isSymbol = (character: string): boolean => '=!(),><'.includes(character);
const isSpace = (character: string): boolean => ' \t\r\n'.includes(character);

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (isSpace(character)) {
      at++;
    } else if (isSymbol(character)) {
      const two = text.slice(at, at + 2);
      const symbol = two.length === 2 && SYMBOLS.has(two) ? two : character;
      tokens.push({ kind: symbol as Kind, text: symbol });
      at += symbol.length;
    } else {
      let end = at;
      while (end < text.length && !isSymbol(text[end] as string) && !isSpace(text[end] as string)) end++;
      const word = text.slice(at, end);
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
      at = end;
    }
  }
  return tokens;
}
