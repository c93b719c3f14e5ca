/** Why a text is no JSON object, in the words of Go's `encoding/json`; `undefined` if it is one. */
export function jsonFault(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return syntaxFault(text);
  }
  if (parsed === null || (typeof parsed === 'object' && !Array.isArray(parsed))) return undefined;
  const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

const LITERALS = ['true', 'false', 'null'];

// Goes through the text as far as it makes sense; the first character that does not is the fault.
function syntaxFault(text: string): string {
  let at = 0;
  const quote = (character: string): string => (character === "'" ? `'\\''` : character === '"' ? `'"'` : `'${character}'`);
  class Fault extends Error {}
  const fail = (where: string): never => {
    throw new Fault(
      at >= text.length
        ? 'unexpected end of JSON input'
        : `invalid character ${quote(String.fromCodePoint(text.codePointAt(at) ?? 0))} ${where}`,
    );
  };
  const blank = (): void => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
  };
  const string = (): void => {
    at++;
    while (text[at] !== '"') {
      if (at >= text.length || text.charCodeAt(at) < 32) fail('in string literal');
      if (text[at] === '\\' && !'"\\/bfnrtu'.includes(text[++at] ?? '')) fail('in string escape code');
      at++;
    }
    at++;
  };
  const value = (): void => {
    blank();
    const character = text[at] ?? '';
    const literal = LITERALS.find((word) => word.startsWith(character) && character !== '');
    if (character === '{') object();
    else if (character === '[') array();
    else if (character === '"') string();
    else if (literal !== undefined) {
      for (const letter of literal) {
        if (text[at] !== letter) fail(`in literal ${literal} (expecting '${letter}')`);
        at++;
      }
    } else if (/[-0-9]/.test(character)) number();
    else fail('looking for beginning of value');
  };
  const number = (): void => {
    if (text[at] === '-') at++;
    if (!/[0-9]/.test(text[at] ?? '')) fail('in numeric literal');
    if (text[at] === '0') at++;
    else while (/[0-9]/.test(text[at] ?? '')) at++;
    if (text[at] === '.') {
      at++;
      if (!/[0-9]/.test(text[at] ?? '')) fail('after decimal point in numeric literal');
      while (/[0-9]/.test(text[at] ?? '')) at++;
    }
    if (/[eE]/.test(text[at] ?? '')) {
      at++;
      if (/[-+]/.test(text[at] ?? '')) at++;
      if (!/[0-9]/.test(text[at] ?? '')) fail('in exponent of numeric literal');
      while (/[0-9]/.test(text[at] ?? '')) at++;
    }
  };
  const object = (): void => {
    at++;
    blank();
    if (text[at] === '}') return void at++;
    for (;;) {
      blank();
      if (text[at] !== '"') fail('looking for beginning of object key string');
      string();
      blank();
      if (text[at] !== ':') fail('after object key');
      at++;
      value();
      blank();
      if (text[at] === '}') return void at++;
      if (text[at] !== ',') fail('after object key:value pair');
      at++;
    }
  };
  const array = (): void => {
    at++;
    blank();
    if (text[at] === ']') return void at++;
    for (;;) {
      value();
      blank();
      if (text[at] === ']') return void at++;
      if (text[at] !== ',') fail('after array element');
      at++;
    }
  };
  try {
    value();
    blank();
    if (at < text.length) fail('after top-level value');
    return 'unexpected end of JSON input';
  } catch (fault) {
    if (fault instanceof Fault) return fault.message;
    throw fault;
  }
}
