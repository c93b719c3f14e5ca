import type { Process } from '../../os/process.ts';
import { decode } from '../../os/text.ts';

/** What `ssh` was told of a connection, by its options and its configuration. */
export interface Destination {
  /** As it was typed. */
  readonly host: string;
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  /** Milliseconds; undefined for as long as TCP tries. */
  readonly timeout: number | undefined;
}

/** `[user@]host`, with the options given on the command line (`-o`) before those of `~/.ssh/config`. */
export function destinationOf(process: Process, target: string, options: ReadonlyMap<string, string>): Destination {
  const at = target.lastIndexOf('@');
  const host = target.slice(at + 1);
  const settings = new Map([...configOf(process, host), ...options]);
  const seconds = Number(settings.get('connecttimeout') ?? 0);
  return {
    host,
    hostname: settings.get('hostname') ?? host,
    user: at >= 0 ? target.slice(0, at) : (settings.get('user') ?? process.system?.user ?? 'root'),
    port: Number(settings.get('port') ?? 22),
    timeout: seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** ssh_config(5): of each keyword the first value counts, in the sections whose patterns the host fits. */
function configOf(process: Process, host: string): Map<string, string> {
  const found = new Map<string, string>();
  const file = `${process.env.get('HOME') ?? ''}/.ssh/config`;
  if (!process.files.exists(file)) return found;
  let applies = true;
  for (const line of decode(process.files.read(file)).split('\n')) {
    const [, keyword = '', value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
    const key = keyword.toLowerCase();
    if (key === 'host') applies = value.split(/\s+/).some((pattern) => fits(pattern, host));
    else if (key !== '' && applies && !found.has(key)) found.set(key, value);
  }
  return found;
}

function fits(pattern: string, host: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(host);
}
