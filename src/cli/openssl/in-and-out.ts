import { parseCertificates, type Certificate } from '../../engine/api/x509/certificate.ts';
import { resolvePath } from '../../engine/os/path.ts';
import { FileError, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readBytes } from '../../engine/os/text.ts';

/** A refusal; `message` is all of what openssl says. */
export class Refusal extends Error {}

export type Options = ReadonlyMap<string, string>;

/** A file, or the standard input. */
export function* input(process: Process, path: string | undefined, what: string): Task<Uint8Array> {
  if (path === undefined || path === '-' || path === '/dev/stdin') return yield* readBytes(process.stdin);
  try {
    return process.files.read(resolvePath(process.cwd, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Refusal(
      `Can't open "${path}" for reading, ${error.message}\nCould not open file or uri for loading ${what} from ${path}: ${error.message}`,
    );
  }
}

/** Keys are for their owner alone. */
export function* output(process: Process, path: string | undefined, content: string | Uint8Array, secret = false): Task<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (path === undefined) return yield* process.stdout.write(bytes);
  try {
    process.files.write(resolvePath(process.cwd, path), bytes, secret ? { mode: 0o600 } : {});
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Refusal(`Can't open "${path}" for writing, ${error.message}`);
  }
}

export function* certificateFrom(process: Process, path: string | undefined): Task<Certificate> {
  const [certificate] = parseCertificates(decode(yield* input(process, path, 'certificate')));
  if (certificate === undefined) throw new Refusal(`Could not read certificate from ${path ?? '<stdin>'}\nUnable to load certificate`);
  return certificate;
}
