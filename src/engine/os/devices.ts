import type { Random } from '../sim/random.ts';
import { ZEROS, type MemoryFiles } from './files.ts';
import { FileError, type Reader } from './process.ts';

/** The devices that every Linux system has. */
export function addDevices(files: MemoryFiles, random: () => Random): void {
  files.device('/dev/null', { read: () => '' });
  files.device('/dev/zero', { endless: () => endless(() => ZEROS) });
  files.device('/dev/full', {
    endless: () => endless(() => ZEROS),
    write(bytes) {
      if (bytes.length > 0) throw new FileError('ENOSPC', '/dev/full');
    },
  });
  for (const path of ['/dev/random', '/dev/urandom']) files.device(path, { endless: () => endless(noise(random)) });
}

const PAGE = 65_536;

/** Goes on for ever, with what was given back first. */
function endless(make: () => Uint8Array): Reader {
  const back: Uint8Array[] = [];
  return {
    *read() {
      return back.pop() ?? make();
    },
    unread: (bytes) => void back.push(bytes),
    close() {},
  };
}

function noise(random: () => Random): () => Uint8Array {
  let source: Random | undefined;
  return () => {
    // One draw of chance begins a page, and a small generator (xorshift) fills it: a hundred megabytes are nothing unusual.
    let state = (source ??= random()).int(0x7fff_ffff) + 1;
    const words = new Uint32Array(PAGE / 4);
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    return new Uint8Array(words.buffer);
  };
}
