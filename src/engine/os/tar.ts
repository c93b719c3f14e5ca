import { decode, encode } from './text.ts';

/** A file or directory of an archive; paths have no leading slash. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly bytes: Uint8Array;
  readonly target: string;
}

const BLOCK = 512;

/** POSIX ustar: a header of one block each, content padded to blocks, two empty blocks at the end. */
export function packTar(entries: readonly TarEntry[], modified: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    parts.push(header(entry, modified), entry.bytes);
    const rest = entry.bytes.length % BLOCK;
    if (rest > 0) parts.push(new Uint8Array(BLOCK - rest));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return concatenate(parts);
}

function header(entry: TarEntry, modified: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number, length: number): void => block.set(encode(text).subarray(0, length), at);
  const octal = (value: number, at: number, length: number): void => put(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length);
  const path = entry.type === 'directory' && !entry.path.endsWith('/') ? `${entry.path}/` : entry.path;
  const cut = path.length <= 100 ? -1 : path.lastIndexOf('/', Math.min(155, path.length - 2));
  put(cut < 0 ? path : path.slice(cut + 1), 0, 100);
  if (cut > 0) put(path.slice(0, cut), 345, 155);
  octal(entry.mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.bytes.length, 124, 12);
  octal(Math.floor(modified / 1000), 136, 12);
  put({ file: '0', symlink: '2', directory: '5' }[entry.type], 156, 1);
  put(entry.target, 157, 100);
  put('ustar\x0000', 257, 8);
  put('        ', 148, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

/** Entries of an archive; GNU's and pax's long names are understood. */
export function unpackTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName = '';
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const size = number(block, 124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const kind = String.fromCharCode(block[156] ?? 0);
    if (kind === 'L') longName = text(content, 0, content.length);
    else if (kind === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(decode(content))?.[1] ?? longName;
    if (!['0', '\0', '2', '5', '7'].includes(kind)) continue;
    const prefix = text(block, 257, 5) === 'ustar' ? text(block, 345, 155) : '';
    const path = longName || `${prefix === '' ? '' : `${prefix}/`}${text(block, 0, 100)}`;
    longName = '';
    const type = kind === '5' || path.endsWith('/') ? 'directory' : kind === '2' ? 'symlink' : 'file';
    entries.push({
      path,
      type,
      mode: number(block, 100, 8),
      bytes: type === 'file' ? content : new Uint8Array(),
      target: text(block, 157, 100),
    });
  }
  return entries;
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function number(block: Uint8Array, at: number, length: number): number {
  return Number.parseInt(text(block, at, length).trim() || '0', 8);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
