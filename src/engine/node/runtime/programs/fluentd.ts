import { say, untilSignal } from '../../../os/daemon.ts';
import { FileError, type Process, type Program } from '../../../os/process.ts';
import { start, type Task } from '../../../os/task.ts';
import { decode, encode } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';

interface Source {
  /** Paths, apart by commas; `*` stands for any name. */
  readonly path: string;
  /** A `*` at its end stands for the file's path. */
  readonly tag: string;
  /** Lines are in the format of the CRI: time, stream and message are told apart. */
  readonly cri: boolean;
}

/** What becomes of records: the file they are kept in, or standard output; and whether they are told whose they are. */
interface Outlet {
  readonly file: string | undefined;
  readonly metadata: boolean;
}

const CONFIGURATIONS = ['/fluentd/etc/fluent.conf', '/etc/fluent/fluent.conf', '/etc/fluentd-config/fluentd.conf'];

/**
 * A log shipper: follows the files that its `tail` sources name, and hands on each line, to its standard output (`@type stdout`) or a file of
 * its own (`@type file`). With a filter `kubernetes_metadata` a record of `/var/log/containers` says whose it is, as far as the file's name does.
 */
export const fluentd: Program = function* fluentd(process: Process): Task<number> {
  const flag = process.argv.findIndex((arg) => arg === '-c' || arg === '--config');
  const given = flag > 0 ? process.argv[flag + 1] : /-c\s+(\S+)/.exec(process.env.get('FLUENTD_ARGS') ?? '')?.[1];
  const configuration = given ?? CONFIGURATIONS.find((path) => process.files.exists(path));
  const log = (level: string, text: string): void => say(process.stdout, `${stamp(process)} [${level}]: ${text}\n`);
  process.use({ memory: 60 * 1024 * 1024, cpu: 5 });
  if (given !== undefined && !process.files.exists(given)) {
    log('error', `config error file="${given}" error_class=Fluent::ConfigError error="No such file or directory @ rb_sysopen - ${given}"`);
    return 1;
  }
  const text = configuration === undefined ? '' : decode(process.files.read(configuration));
  const outlet = outletOf(text);
  const sources = sourcesOf(text);
  if (configuration !== undefined) log('info', `parsing config file is succeeded path="${configuration}"`);
  log('info', 'starting fluentd-1.18.0 pid=1 ruby="3.2.8"');
  for (const source of sources) {
    if (!source.path.includes('*')) log('info', `following tail of ${source.path}`);
    start(
      follow(process, source, outlet, (path) => log('info', `following tail of ${path}`)),
      () => {},
    );
  }
  yield* untilSignal(process, ['TERM', 'INT']);
  log('info', 'Received graceful stop');
  return 0;
};

function sourcesOf(text: string): Source[] {
  return Array.from(text.matchAll(/<source>([\s\S]*?)<\/source>/g), ([, body = '']) => ({
    type: /^\s*@?type\s+(\S+)/m.exec(body)?.[1],
    path: /^\s*path\s+(\S+)/m.exec(body)?.[1] ?? '',
    tag: /^\s*tag\s+(\S+)/m.exec(body)?.[1] ?? '',
    cri: /<parse>[\s\S]*?@type\s+cri\b/.test(body),
  })).filter(({ type, path }) => type === 'tail' && path !== '');
}

function outletOf(text: string): Outlet {
  const [, body = ''] = /<match[^>]*>([\s\S]*?)<\/match>/.exec(text) ?? [];
  const file = /^\s*@type\s+file\b/m.test(body) ? /^\s*path\s+(\S+)/m.exec(body)?.[1] : undefined;
  return { file, metadata: /<filter[^>]*>[\s\S]*?@type\s+kubernetes_metadata\b/.test(text) };
}

function* follow(process: Process, source: Source, outlet: Outlet, found: (path: string) => void): Task<void> {
  const read = new Map<string, number>();
  for (; ; yield* process.sleep(SECOND))
    for (const path of pathsOf(process, source.path)) {
      if (!read.has(path) && source.path.includes('*')) found(path);
      read.set(path, shipNew(process, source, outlet, path, read.get(path) ?? 0));
    }
}

/** Hands on what a file holds beyond what was read of it. */
function shipNew(process: Process, source: Source, outlet: Outlet, path: string, before: number): number {
  let bytes: Uint8Array;
  try {
    bytes = process.files.read(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return before;
  }
  // Put aside, or emptied: it begins anew.
  const from = bytes.length < before ? 0 : before;
  const end = bytes.lastIndexOf(10) + 1;
  if (end <= from) return from;
  const tag = source.tag.replace('*', path.slice(1).replaceAll('/', '.'));
  for (const line of decode(bytes.subarray(from, end)).split('\n').slice(0, -1))
    ship(process, outlet, tag, recordOf(line, source, outlet, path));
  return end;
}

interface Shipped {
  readonly time: string;
  readonly record: Readonly<Record<string, unknown>>;
}

function recordOf(line: string, { cri }: Source, { metadata }: Outlet, path: string): Shipped | string {
  const parsed = cri ? /^(\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(line) : null;
  const [, pod, namespace, container, id] = /\/([^/_]+)_([^/_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(path) ?? [];
  const whose =
    metadata && pod !== undefined
      ? { docker: { container_id: id }, kubernetes: { container_name: container, namespace_name: namespace, pod_name: pod } }
      : {};
  if (parsed === null) return Object.keys(whose).length === 0 ? line : { time: '', record: { message: line, ...whose } };
  const [, time = '', stream, logtag, message] = parsed;
  return { time: `${time.slice(0, 10)} ${time.slice(11, -1)} +0000`, record: { stream, logtag, message, ...whose } };
}

function ship(process: Process, { file }: Outlet, tag: string, shipped: Shipped | string): void {
  const { time, record } = typeof shipped === 'string' ? { time: '', record: { message: shipped } } : shipped;
  const at = time === '' ? stamp(process).replace(' +0000', '.000000000 +0000') : time;
  if (file === undefined) return say(process.stdout, `${at} ${tag}: ${JSON.stringify(record)}\n`);
  // A buffer a day.
  const path = `${file}.${at.slice(0, 10).replaceAll('-', '')}.log`;
  process.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
  process.files.write(path, encode(`${at}\t${tag}\t${JSON.stringify(record)}\n`), { append: true });
}

function pathsOf(process: Process, patterns: string): string[] {
  return patterns.split(',').flatMap((pattern) => matching(process, '', pattern.split('/').filter(Boolean)));
}

function matching(process: Process, directory: string, [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return [directory];
  if (!part.includes('*')) return matching(process, `${directory}/${part}`, rest);
  const fits = new RegExp(`^${part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  const here = directory === '' ? '/' : directory;
  if (!process.files.exists(here)) return [];
  const names = process.files.list(here).filter((name) => fits.test(name) && !name.startsWith('.'));
  return names.flatMap((name) => matching(process, `${directory}/${name}`, rest));
}

function stamp(process: Process): string {
  return `${new Date(process.now()).toISOString().slice(0, 19).replace('T', ' ')} +0000`;
}
