import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Process, Program, Reader } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readAll, splitLines, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, openInput } from './input.ts';

export const md5sum: Program = checksum(md5, 'MD5');
export const sha1sum: Program = checksum(sha1, 'SHA1');
export const sha256sum: Program = checksum(sha256, 'SHA256');
export const sha384sum: Program = checksum(sha384, 'SHA384');
export const sha512sum: Program = checksum(sha512, 'SHA512');

interface Hashing {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** `sha256sum` and its like: digests of files, and `-c` to check a list of them. */
function checksum(hash: { create(): Hashing }, title: string): Program {
  return function* (process) {
    const options = yield* readOptions(process, {
      short: 'bctqs',
      long: { binary: 'b', check: 'c', text: 't', quiet: 'q', status: 's', tag: 'g' },
    });
    if (typeof options === 'number') return options;
    const { flags, operands } = options;
    const of = function* (reader: Reader): Task<string> {
      const sum = hash.create();
      for (let chunk = yield* reader.read(); chunk !== undefined; chunk = yield* reader.read()) sum.update(chunk);
      return bytesToHex(sum.digest());
    };
    let status = 0;
    for (const path of operands.length === 0 ? ['-'] : operands) {
      const reader = yield* openInput(process, path);
      if (reader === undefined) status = 1;
      else if (flags.has('c')) status = Math.max(status, yield* check(process, yield* readAll(reader), of, flags));
      else {
        const sum = yield* of(reader);
        yield* writeText(process.stdout, flags.has('g') ? `${title} (${path}) = ${sum}\n` : `${sum}  ${path}\n`);
      }
    }
    return status;
  };
}

function* check(process: Process, list: string, of: (reader: Reader) => Task<string>, flags: ReadonlyMap<string, string>): Task<number> {
  let [wrong, unread] = [0, 0];
  for (const line of splitLines(list)) {
    const [, sum, path] = /^([0-9a-f]+) [ *](.+)$/.exec(line) ?? [];
    if (sum === undefined || path === undefined) continue;
    const reader = yield* openInput(process, path);
    const verdict = reader === undefined ? 'FAILED open or read' : (yield* of(reader)) === sum ? 'OK' : 'FAILED';
    if (reader === undefined) unread++;
    else if (verdict === 'FAILED') wrong++;
    if (!flags.has('s') && (verdict !== 'OK' || !flags.has('q'))) yield* writeText(process.stdout, `${path}: ${verdict}\n`);
  }
  if (flags.has('s')) return wrong + unread > 0 ? 1 : 0;
  if (unread > 0) yield* complain(process, `WARNING: ${unread} listed file${unread === 1 ? '' : 's'} could not be read`);
  if (wrong > 0) yield* complain(process, `WARNING: ${wrong} computed checksum${wrong === 1 ? '' : 's'} did NOT match`);
  return wrong + unread > 0 ? 1 : 0;
}
