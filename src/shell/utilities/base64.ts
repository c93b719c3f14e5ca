import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { concat, readAll, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, openInput } from './input.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function* base64(process: Process): Task<number> {
  const options = yield* readOptions(process, { short: 'diw:', long: { decode: 'd', 'wrap=': 'w', 'ignore-garbage': 'i' } });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const reader = yield* openInput(process, operands[0] ?? '-');
  if (reader === undefined) return 1;
  if (flags.has('d')) {
    const text = (yield* readAll(reader)).replace(/\n/g, '');
    const clean = flags.has('i') ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text;
    const good = /^[A-Za-z0-9+/]*/.exec(clean)?.[0] ?? '';
    yield* process.stdout.write(fromBase64(good));
    if (!/^={0,2}$/.test(clean.slice(good.length)) || clean.length % 4 !== 0) {
      yield* complain(process, 'invalid input');
      return 1;
    }
    return 0;
  }
  const width = Number(flags.get('w') ?? 76);
  let column = 0;
  const wrapped = (text: string): string => {
    if (width === 0) return text;
    let lines = '';
    for (let at = 0; at < text.length;) {
      const piece = text.slice(at, at + width - column);
      lines += piece;
      at += piece.length;
      column += piece.length;
      if (column < width) continue;
      lines += '\n';
      column = 0;
    }
    return lines;
  };
  // Three bytes make four letters: what is over waits for the next piece.
  let over: Uint8Array = new Uint8Array();
  for (let chunk = yield* reader.read(); chunk !== undefined; chunk = yield* reader.read()) {
    const bytes = over.length === 0 ? chunk : concat([over, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    over = bytes.slice(whole);
    yield* writeText(process.stdout, wrapped(toBase64(bytes.subarray(0, whole))));
  }
  yield* writeText(process.stdout, wrapped(toBase64(over)) + (column > 0 ? '\n' : ''));
  return 0;
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += `${ALPHABET[bits >> 18]}${ALPHABET[(bits >> 12) & 63]}${left > 1 ? ALPHABET[(bits >> 6) & 63] : '='}${left > 2 ? ALPHABET[bits & 63] : '='}`;
  }
  return text;
}

export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const c of text) {
    bits = ((bits << 6) | ALPHABET.indexOf(c)) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 255);
    }
  }
  return Uint8Array.from(bytes);
}
