import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, splitLines, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInput } from './input.ts';

export const md5sum: Program = checksum(md5, 'MD5');
export const sha1sum: Program = checksum(sha1, 'SHA1');
export const sha256sum: Program = checksum(sha256, 'SHA256');
export const sha512sum: Program = checksum(sha512, 'SHA512');

/** `sha256sum` and its like: digests of files, and `-c` to check a list of them. */
function checksum(digest: (bytes: Uint8Array) => Uint8Array, title: string): Program {
  return function* (process) {
    const options = yield* readOptions(process, {
      short: 'bctqs',
      long: { binary: 'b', check: 'c', text: 't', quiet: 'q', status: 's', tag: 'g' },
    });
    if (typeof options === 'number') return options;
    const { flags, operands } = options;
    const of = (bytes: Uint8Array): string => bytesToHex(digest(bytes));
    let status = 0;
    for (const path of operands.length === 0 ? ['-'] : operands) {
      const bytes = yield* readInput(process, path);
      if (bytes === undefined) status = 1;
      else if (flags.has('c')) status = Math.max(status, yield* check(process, decode(bytes), of, flags));
      else yield* writeText(process.stdout, flags.has('g') ? `${title} (${path}) = ${of(bytes)}\n` : `${of(bytes)}  ${path}\n`);
    }
    return status;
  };
}

function* check(process: Process, list: string, of: (bytes: Uint8Array) => string, flags: ReadonlyMap<string, string>): Task<number> {
  let [wrong, unread] = [0, 0];
  for (const line of splitLines(list)) {
    const [, sum, path] = /^([0-9a-f]+) [ *](.+)$/.exec(line) ?? [];
    if (sum === undefined || path === undefined) continue;
    const bytes = yield* readInput(process, path);
    const verdict = bytes === undefined ? 'FAILED open or read' : of(bytes) === sum ? 'OK' : 'FAILED';
    if (bytes === undefined) unread++;
    else if (verdict === 'FAILED') wrong++;
    if (!flags.has('s') && (verdict !== 'OK' || !flags.has('q'))) yield* writeText(process.stdout, `${path}: ${verdict}\n`);
  }
  if (flags.has('s')) return wrong + unread > 0 ? 1 : 0;
  if (unread > 0) yield* complain(process, `WARNING: ${unread} listed file${unread === 1 ? '' : 's'} could not be read`);
  if (wrong > 0) yield* complain(process, `WARNING: ${wrong} computed checksum${wrong === 1 ? '' : 's'} did NOT match`);
  return wrong + unread > 0 ? 1 : 0;
}
