import type { Process } from '../../../engine/os/process.ts';
import { CommandError } from '../errors.ts';

/** Where a kustomization is read from. */
export interface Disk extends Pick<Process, 'files' | 'env'> {
  /** Whether a kustomization may name files outside its own directory: LoadRestrictionsNone. */
  readonly anywhere: boolean;
}

export function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Why a file may not be read, if it may not. */
export function forbidden({ anywhere }: Disk, directory: string, full: string): string | undefined {
  if (anywhere || full.startsWith(directory === '/' ? '/' : `${directory}/`)) return undefined;
  return `security; file '${full}' is not in or below '${directory}'`;
}

/** The text or bytes of a file beside a kustomization. */
export function readBeside(disk: Disk, directory: string, path: string, missing: (full: string) => string): Uint8Array {
  const full = path.startsWith('/') ? normal(path) : normal(`${directory}/${path}`);
  const why = disk.files.exists(full) ? forbidden(disk, directory, full) : missing(full);
  if (why !== undefined) throw new CommandError(why);
  return disk.files.read(full);
}
