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
  /\s*(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z]+|\d+|[A-Za-z_]\w*(?:\[[^\]]*\])?|<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]|\S)/y;

/** Value of a C-like integer expression. */
export function evaluate(expression: string, variables: Variables, depth = 0): number {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(expression); match !== null; match = TOKEN.exec(expression)) tokens.push(match[1] as string);
  let at = 0;
  // Branches not taken of ?: && || are read but change nothing.
  let skipping = 0;
  const fail = (message: string, token = tokens.slice(at).join(' ')): never => {
    throw new ArithmeticError(message, expression, token);
  };
  /** The subscript in `a[i+1]`, worked out. */
  const subscript = (name: string): [string, string] | undefined => {
    const [, array, index = ''] = /^(\w+)\[([^]*)\]$/.exec(name) ?? [];
    if (array === undefined) return undefined;
    return [array, variables.isAssociative(array) ? index : String(evaluate(index, variables, depth + 1))];
  };
  const value = (name: string): number => {
    const place = subscript(name);
    const text = (place === undefined ? variables.get(name) : variables.element(...place)) ?? '';
    if (text.trim() === '') return 0;
    if (/^\s*-?\d+\s*$/.test(text)) return Number(text);
    if (depth > 20) fail('expression recursion level exceeded', name);
    return evaluate(text, variables, depth + 1);
  };
  const assign = (name: string, result: number): number => {
    const place = subscript(name);
    if (skipping === 0 && place !== undefined) variables.setElement(...place, String(result));
    else if (skipping === 0) variables.set(name, String(result));
    return result;
  };
  const apply = (operator: string, a: number, b: number): number => {
    switch (operator) {
      case '+': return a + b;
      case '-': return a - b;
      case '*': return a * b;
      case '/':
      case '%':
        if (b === 0) {
          if (skipping > 0) return 0;
          at--;
          return fail(operator === '/' || operator === '%' ? 'division by 0' : '');
        }
        return operator === '/' ? Math.trunc(a / b) : a % b;
      case '**': return a ** b;
      case '<<': return Number(BigInt.asIntN(64, BigInt(a) << BigInt(b & 63)));
      case '>>': return Number(BigInt(a) >> BigInt(b & 63));
      case '&': return Number(BigInt(a) & BigInt(b));
      case '|': return Number(BigInt(a) | BigInt(b));
      case '^': return Number(BigInt(a) ^ BigInt(b));
      case '<': return Number(a < b);
      case '>': return Number(a > b);
      case '<=': return Number(a <= b);
      case '>=': return Number(a >= b);
      case '==': return Number(a === b);
      default: return Number(a !== b);
    }
  }; // prettier-ignore
  const primary = (): number => {
    const token = tokens[at++];
    if (token === undefined) return fail('syntax error: operand expected', tokens.at(-1) ?? '');
    if (token === '(') {
      const inner = comma();
      if (tokens[at++] !== ')') fail("missing `)'", tokens.at(-1) ?? '');
      return inner;
    }
    if (token === '-') return -unary();
    if (token === '+') return unary();
    if (token === '!') return Number(unary() === 0);
    if (token === '~') return ~unary();
    if (token === '++' || token === '--') {
      const name = tokens[at++] ?? '';
      return assign(name, value(name) + (token === '++' ? 1 : -1));
    }
    if (/^0[xX]/.test(token)) return Number.parseInt(token, 16);
    if (token.includes('#')) {
      const [base = 10, digits = ''] = [Number(token.split('#')[0]), token.split('#')[1]];
      const number = Number.parseInt(digits, base);
      return Number.isNaN(number) ? fail('value too great for base', token) : number;
    }
    if (/^0\d/.test(token)) return /[89]/.test(token) ? fail('value too great for base', token) : Number.parseInt(token, 8);
    if (/^\d/.test(token)) return Number(token);
    if (/^[A-Za-z_]/.test(token)) {
      const next = tokens[at];
      if (next === '++' || next === '--') {
        at++;
        const before = value(token);
        assign(token, before + (next === '++' ? 1 : -1));
        return before;
      }
      return value(token);
    }
    at--;
    return fail('syntax error: operand expected');
  };
  const unary = primary;
  const binary = (level: number): number => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (let operator = tokens[at]; operator !== undefined && operators.includes(operator); operator = tokens[at]) {
      at++;
      if (operator === '&&' || operator === '||') {
        const decided = (operator === '&&') === (left === 0);
        if (decided) skipping++;
        const right = binary(level + 1);
        if (decided) skipping--;
        left = decided ? Number(operator === '||') : Number(right !== 0);
      } else left = apply(operator, left, binary(operator === '**' ? level : level + 1));
    }
    return left;
  };
  const ternary = (): number => {
    const condition = binary(0);
    if (tokens[at] !== '?') return condition;
    at++;
    if (condition === 0) skipping++;
    const yes = assignment();
    if (condition === 0) skipping--;
    if (tokens[at++] !== ':') fail("`:' expected for conditional expression");
    if (condition !== 0) skipping++;
    const no = assignment();
    if (condition !== 0) skipping--;
    return condition !== 0 ? yes : no;
  };
  const assignment = (): number => {
    const name = tokens[at];
    const operator = tokens[at + 1];
    if (name === undefined || operator === undefined || !/^[A-Za-z_]/.test(name) || !/^([-+*/%&|^]|<<|>>)?=$/.test(operator))
      return ternary();
    at += 2;
    const right = assignment();
    return assign(name, operator === '=' ? right : apply(operator.slice(0, -1), value(name), right));
  };
  const comma = (): number => {
    let result = assignment();
    while (tokens[at] === ',') {
      at++;
      result = assignment();
    }
    return result;
  };
  if (tokens.length === 0) return 0;
  const result = comma();
  if (at < tokens.length) fail('syntax error in expression');
  return result;
}
