import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInput } from './input.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function* base64(process: Process): Task<number> {
  const options = yield* readOptions(process, { short: 'diw:', long: { decode: 'd', 'wrap=': 'w', 'ignore-garbage': 'i' } });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const bytes = yield* readInput(process, operands[0] ?? '-');
  if (bytes === undefined) return 1;
  if (flags.has('d')) {
    const text = decode(bytes).replace(/\n/g, '');
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
  const text = toBase64(bytes);
  const lines = width === 0 ? text : text.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n');
  yield* writeText(process.stdout, lines);
  return 0;
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const left = bytes.length - i;
    const bits = (a << 16) | (b << 8) | c;
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
