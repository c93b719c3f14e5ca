const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = { n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

/** The amount a quantity stands for, `undefined` when the text is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?$/.exec(text);
  if (match === null) return undefined;
  const [, digits, suffix = ''] = match;
  if (/^[eE]./.test(suffix)) return Number(`${digits as string}${suffix}`);
  const power = BINARY.indexOf(suffix);
  return Number(digits) * (power > 0 ? 1024 ** power : (DECIMAL[suffix] as number));
}

/** The refusal of a text that is no quantity. */
export const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Canonical text of a sum in the form its parts had: milli-units for CPUs, binary for bytes. */
export function quantityText(amount: number, form: 'decimal' | 'binary'): string {
  if (amount === 0) return '0';
  if (form === 'binary' && Number.isInteger(amount)) {
    for (let power = 6; power > 0; power--) if (amount % 1024 ** power === 0) return `${amount / 1024 ** power}${BINARY[power] as string}`;
    return String(amount);
  }
  if (!Number.isInteger(amount)) {
    const milli = Math.ceil(amount * 1000 - 1e-9);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  }
  for (const suffix of ['E', 'P', 'T', 'G', 'M', 'k']) {
    const unit = DECIMAL[suffix] as number;
    if (amount % unit === 0) return `${amount / unit}${suffix}`;
  }
  return String(amount);
}

export function formOf(text: string): 'decimal' | 'binary' {
  return text.endsWith('i') ? 'binary' : 'decimal';
}
