import type { Millis } from '../../../../sim/time.ts';
import { parseDuration } from '../../../../sim/duration.ts';

export interface AdapterFlags {
  readonly port: number;
  /** From one scrape to the next. */
  readonly interval: Millis;
  /** Over which a counter's rate is taken. */
  readonly window: Millis;
}

const NAMES: Readonly<Record<string, { readonly otherwise: string; readonly time: boolean }>> = {
  'secure-port': { otherwise: '6443', time: false },
  'scrape-interval': { otherwise: '15s', time: true },
  'rate-window': { otherwise: '1m', time: true },
};

/** Reads the program's arguments; a text says why it would not start. */
export function readAdapterFlags(args: readonly string[]): AdapterFlags | string {
  const values: Record<string, number> = {};
  for (const [name, { otherwise, time }] of Object.entries(NAMES))
    values[name] = (time ? parseDuration(otherwise) : Number(otherwise)) ?? 0;
  for (const argument of args) {
    const [, name = '', text = ''] = /^--?([a-z-]+)=(.*)$/.exec(argument) ?? [];
    const flag = NAMES[name];
    if (flag === undefined) return `unknown flag: ${argument.split('=')[0] ?? ''}`;
    const value = flag.time ? parseDuration(text) : Number(text);
    if (value === undefined || !(value > 0)) return `invalid argument ${JSON.stringify(text)} for "--${name}" flag`;
    values[name] = value;
  }
  const { 'secure-port': port = 0, 'scrape-interval': interval = 0, 'rate-window': window = 0 } = values;
  if (window < 2 * interval) return 'rate-window must be at least twice the scrape-interval: a rate takes two points';
  return { port, interval, window };
}
