// How sigs.k8s.io/yaml (YAML 1.1, go-yaml v2) reads a plain scalar.

const BOOL_TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const BOOL_FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const SPECIAL_FLOATS = new Map([
  ['.nan', Number.NaN], ['.NaN', Number.NaN], ['.NAN', Number.NaN],
  ['.inf', Infinity], ['.Inf', Infinity], ['.INF', Infinity], ['+.inf', Infinity], ['+.Inf', Infinity], ['+.INF', Infinity],
  ['-.inf', -Infinity], ['-.Inf', -Infinity], ['-.INF', -Infinity],
]); // prettier-ignore
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\s*\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?\s*(Z|[-+]\d{1,2}:?(\d{2})?)?)?$/;

export function resolvePlain(text: string): string | number | boolean | null {
  if (NULLS.has(text)) return null;
  if (BOOL_TRUE.has(text)) return true;
  if (BOOL_FALSE.has(text)) return false;
  if (SPECIAL_FLOATS.has(text)) return SPECIAL_FLOATS.get(text) as number;
  if (!/^[-+.\d]/.test(text)) return text;
  const plain = text.replace(/_/g, '');
  const based = /^([-+]?)0(?:x([\da-fA-F]+)|b([01]+)|o([0-7]+)|([0-7]+))$/.exec(plain);
  if (based !== null) {
    const [, sign, hex, binary, octal, old] = based;
    const [digits, base] = hex !== undefined ? [hex, 16] : binary !== undefined ? [binary, 2] : [octal ?? old ?? '', 8];
    return (sign === '-' ? -1 : 1) * Number.parseInt(digits, base);
  }
  if (/^[-+]?(0|[1-9]\d*)$/.test(plain)) return Number(plain);
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain) && Number.isFinite(Number(plain))) return Number(plain);
  return text;
}

/** Whether the text, written without quotes, is read back as this string by readers old and new. */
export function resolvesToString(text: string): boolean {
  if (typeof resolvePlain(text) !== 'string' || text === '<<') return text === '<<';
  return !TIMESTAMP.test(text) && !/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}
