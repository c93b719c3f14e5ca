import { FileError, type FileErrorCode, type Process } from '../../../os/process.ts';

const CACHE = '/var/cache/nginx/client_temp';
const PID_FILE = '/run/nginx.pid';
// The image's user nginx.
const NGINX = '101';

const ERRNO: Partial<Readonly<Record<FileErrorCode, number>>> = { EPERM: 1, ENOENT: 2, EACCES: 13, ENOSPC: 28, EROFS: 30 };

/** Why the master process cannot have the directories and files that it wants, if it is confined; nginx ends with that. */
export function directoryTrouble({ system, files }: Process): string | undefined {
  if (system === undefined) return undefined;
  const { user, confinement } = system;
  const root = user === 'root';
  // For root with all that it is used to, nothing comes of it that anybody could see.
  if (root && !confinement.readOnlyRoot && confinement.capabilities.has('CHOWN') && confinement.capabilities.has('DAC_OVERRIDE'))
    return undefined;
  const steps: [what: string, act: () => void][] = [
    [`mkdir() "${CACHE}"`, () => files.exists(CACHE) || files.makeDirectory(CACHE, { parents: true, mode: 0o700 })],
    [`chown("${CACHE}", ${NGINX})`, () => root && files.changeOwner?.(CACHE, 'nginx', false)],
    [`open() "${PID_FILE}"`, () => files.write(PID_FILE, new TextEncoder().encode('1\n'))],
  ];
  for (const [what, act] of steps) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `${what} failed (${ERRNO[error.code] ?? 5}: ${error.message})`;
    }
  }
  return undefined;
}

/** What an ordinary user's nginx makes of the `user` directive. */
export const USER_IGNORED =
  'the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:1';
