/** Variables as an expression sees and sets them. */
export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  element(name: string, index: string): string | undefined;
  setElement(name: string, index: string, value: string): void;
  isAssociative(name: string): boolean;
}

/** `message` is what bash says after the expression; `token` the text at the place of the error. */
export class ArithmeticError extends Error {
  constructor(
    message: string,
    readonly expression: string,
    readonly token: string,
  ) {
    super(message);
  }
}

const LEVELS: readonly (readonly string[])[] = [
  ['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<=', '>=', '<', '>'], ['<<', '>>'], ['+', '-'], ['*', '/', '%'], ['**'],
]; // prettier-ignore
const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z@_]+|\d\w*|[A-Za-z_]\w*(?:\[[^\]]*\])?|<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]|\S)/y;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';
const NAME = /^[A-Za-z_]/;

/** Value of a C-like integer expression, in 64 bits that wrap around. */
export function evaluate(expression: string, variables: Variables, depth = 0): bigint {
  const tokens: { text: string; start: number }[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(expression); match !== null; match = TOKEN.exec(expression))
    tokens.push({ text: match[1] as string, start: TOKEN.lastIndex - (match[1] as string).length });
  let at = 0;
  // Branches not taken of ?: && || are read but change nothing.
  let skipping = 0;
  const here = (): string | undefined => tokens[at]?.text;
  /** The error's token is all that follows its place; past the end it is the last token. */
  const fail = (message: string, place = at): never => {
    const start = tokens[Math.min(place, tokens.length - 1)]?.start ?? expression.length;
    throw new ArithmeticError(message, expression, expression.slice(start));
  };
  /** The subscript in `a[i+1]`, worked out. */
  const subscript = (name: string): [string, string] | undefined => {
    const [, array, index = ''] = /^(\w+)\[([^]*)\]$/.exec(name) ?? [];
    if (array === undefined) return undefined;
    return [array, variables.isAssociative(array) ? index : String(evaluate(index, variables, depth + 1))];
  };
  const value = (name: string): bigint => {
    // What is not reached is not looked up: `set -u` has nothing to say about it.
    if (skipping > 0) return 0n;
    const place = subscript(name);
    const text = (place === undefined ? variables.get(name) : variables.element(...place)) ?? '';
    if (text.trim() === '') return 0n;
    if (/^-?[1-9]\d{0,17}$/.test(text)) return BigInt(text);
    if (depth > 1023) fail('expression recursion level exceeded');
    return evaluate(text, variables, depth + 1);
  };
  const assign = (name: string, result: bigint): bigint => {
    const place = subscript(name);
    if (skipping === 0 && place !== undefined) variables.setElement(...place, String(result));
    else if (skipping === 0) variables.set(name, String(result));
    return result;
  };
  const apply = (operator: string, a: bigint, b: bigint): bigint => BigInt.asIntN(64, exact(operator, a, b));
  const exact = (operator: string, a: bigint, b: bigint): bigint => {
    switch (operator) {
      case '+': return a + b;
      case '-': return a - b;
      case '*': return a * b;
      case '/':
      case '%':
        if (b === 0n) return skipping > 0 ? 0n : fail('division by 0', at - 1);
        return operator === '/' ? a / b : a % b;
      case '**': return b < 0n ? fail('exponent less than 0', at - 1) : power(a, b);
      case '<<': return a << (b & 63n);
      case '>>': return a >> (b & 63n);
      case '&': return a & b;
      case '|': return a | b;
      case '^': return a ^ b;
      case '<': return truth(a < b);
      case '>': return truth(a > b);
      case '<=': return truth(a <= b);
      case '>=': return truth(a >= b);
      case '==': return truth(a === b);
      default: return truth(a !== b);
    }
  }; // prettier-ignore
  const primary = (): bigint => {
    const token = here();
    if (token === undefined) return fail('syntax error: operand expected');
    at++;
    switch (token) {
      case '(': {
        const inner = comma();
        if (here() !== ')') fail("missing `)'");
        at++;
        return inner;
      }
      case '-':
        return BigInt.asIntN(64, -primary());
      case '+':
        return primary();
      case '!':
        return truth(primary() === 0n);
      case '~':
        return ~primary();
      case '++':
      case '--': {
        const name = here() ?? '';
        // Before a number they are two signs.
        if (!NAME.test(name)) return primary();
        at++;
        return assign(name, value(name) + (token === '++' ? 1n : -1n));
      }
    }
    if (/^\d/.test(token)) return literal(token);
    if (NAME.test(token)) {
      const next = here();
      if (next !== '++' && next !== '--') return value(token);
      at++;
      const before = value(token);
      assign(token, before + (next === '++' ? 1n : -1n));
      return before;
    }
    at--;
    return fail('syntax error: operand expected');
  };
  const literal = (token: string): bigint => {
    if (/^(0[xX][0-9a-fA-F]+|[1-9]\d*|0)$/.test(token)) return BigInt.asIntN(64, BigInt(token));
    const [radix, digits] = token.includes('#')
      ? (token.split('#') as [string, string])
      : token.startsWith('0')
        ? ['8', token.slice(1)]
        : ['10', token];
    const base = Number(radix);
    if (base < 2 || base > 64) return fail('invalid arithmetic base', at - 1);
    let number = 0n;
    for (const c of digits) {
      const digit = DIGITS.indexOf(base <= 36 ? c.toLowerCase() : c);
      if (digit < 0 || digit >= base) return fail('value too great for base', at - 1);
      number = number * BigInt(base) + BigInt(digit);
    }
    return BigInt.asIntN(64, number);
  };
  const binary = (level: number): bigint => {
    const operators = LEVELS[level];
    if (operators === undefined) return primary();
    let left = binary(level + 1);
    for (let operator = here(); operator !== undefined && operators.includes(operator); operator = here()) {
      at++;
      if (operator === '&&' || operator === '||') {
        const decided = (operator === '&&') === (left === 0n);
        if (decided) skipping++;
        const right = binary(level + 1);
        if (decided) skipping--;
        left = decided ? truth(operator === '||') : truth(right !== 0n);
      } else left = apply(operator, left, binary(operator === '**' ? level : level + 1));
    }
    return left;
  };
  const ternary = (): bigint => {
    const condition = binary(0);
    if (here() !== '?') return condition;
    at++;
    if (here() === ':' || here() === undefined) fail('expression expected');
    if (condition === 0n) skipping++;
    const yes = comma();
    if (condition === 0n) skipping--;
    if (here() !== ':') fail("`:' expected for conditional expression");
    at++;
    if (here() === undefined) fail('expression expected');
    if (condition !== 0n) skipping++;
    const no = ternary();
    if (condition !== 0n) skipping--;
    return condition !== 0n ? yes : no;
  };
  const assignment = (): bigint => {
    const name = here();
    const operator = tokens[at + 1]?.text;
    if (name === undefined || operator === undefined || !NAME.test(name) || !/^([-+*/%&|^]|<<|>>)?=$/.test(operator)) {
      const result = ternary();
      if (/^([-+*/%&|^]|<<|>>)?=$/.test(here() ?? '')) fail('attempted assignment to non-variable');
      return result;
    }
    at += 2;
    const right = assignment();
    return assign(name, operator === '=' ? right : apply(operator.slice(0, -1), value(name), right));
  };
  const comma = (): bigint => {
    let result = assignment();
    while (here() === ',') {
      at++;
      result = assignment();
    }
    return result;
  };
  if (tokens.length === 0) return 0n;
  const result = comma();
  const left = here();
  if (left !== undefined) fail(/^[\w(]/.test(left) ? 'syntax error in expression' : 'syntax error: invalid arithmetic operator');
  return result;
}

function truth(is: boolean): bigint {
  return is ? 1n : 0n;
}

/** By squaring, in 64 bits on the way: `2**1000000` must not fill the memory. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let left = exponent, square = base; left > 0n; left >>= 1n, square = BigInt.asIntN(64, square * square))
    if ((left & 1n) === 1n) result = BigInt.asIntN(64, result * square);
  return result;
}
