import { decodeBytes } from '../../engine/api/base64.ts';
import { clusterNumber, databaseFile, readDatabaseFile } from '../../engine/api/etcd-database.ts';
import { FileError, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Client } from './client.ts';
import { BAD_ARGUMENTS, Failure, integer, isOn, type Arguments, type Flags } from './flags.ts';
import { formatOf, json, unsupported } from './print.ts';
import { humanBytes, table } from './table.ts';

export const RESTORE_FLAGS: Flags = {
  'data-dir': { value: true },
  'wal-dir': { value: true },
  name: { value: true },
  'initial-cluster': { value: true },
  'initial-cluster-token': { value: true },
  'initial-advertise-peer-urls': { value: true },
  'skip-hash-check': { value: false },
  'bump-revision': { value: true },
  'mark-compacted': { value: false },
};

const logLine = (process: Process, level: string, caller: string, message: string, fields: object): string =>
  `${new Date(process.now()).toISOString()}\t${level}\t${caller}\t${message}\t${JSON.stringify(fields)}\n`;

/** `etcdctl snapshot save FILE`. Status and restore have moved to etcdutl. */
export function* snapshot(process: Process, client: Client, { operands: [verb, file, ...more] }: Arguments): Task<number> {
  if (verb !== 'save') throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl snapshot"`);
  if (file === undefined || more.length > 0) throw new Failure(BAD_ARGUMENTS, 'snapshot save expects one argument <filename>');
  const path = resolvePath(process.cwd, file);
  const log = (message: string, fields: object): Task<void> =>
    writeText(
      process.stderr,
      `${JSON.stringify({ level: 'info', ts: new Date(process.now()).toISOString().replace('Z', '000Z'), caller: 'snapshot/v3_snapshot.go:83', msg: message, ...fields })}\n`,
    );
  yield* log('created temporary db file', { path: `${file}.part` });
  yield* log('fetching snapshot', { endpoint: client.endpoints[0] });
  const answer = yield* client.call('Maintenance/Snapshot', '/v3/maintenance/snapshot', {});
  const bytes = decodeBytes(String(answer['blob'] ?? ''));
  try {
    process.files.write(path, bytes, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Failure(5, `could not open ${file}.part (open ${file}.part: ${error.message.toLowerCase()})`);
  }
  yield* log('fetched snapshot', { endpoint: client.endpoints[0], size: humanBytes(bytes.length), took: 'now', 'etcd-version': '3.6.0' });
  yield* log('saved', { path: file });
  yield* writeText(process.stdout, `Snapshot saved at ${file}\nServer version 3.6.0\n`);
  return 0;
}

/** `etcdutl snapshot status FILE`. */
export function* status(process: Process, { flags, operands: [file, ...more] }: Arguments): Task<number> {
  if (file === undefined || more.length > 0) throw new Failure(BAD_ARGUMENTS, 'snapshot status requires exactly one argument');
  const read = readDatabaseFile(contentOf(process, file));
  if (typeof read === 'string') throw new Failure(1, read);
  const { hash, database } = read;
  const size = process.files.stat(resolvePath(process.cwd, file)).size;
  const row = [hash.toString(16), String(database.revision), String(database.kvs.length), humanBytes(size), '3.6.0'];
  const format = formatOf(flags);
  if (format === 'fields') throw unsupported('fields');
  if (format === 'json')
    yield* process.stdout.write(
      json({ hash, revision: database.revision, totalKey: database.kvs.length, totalSize: size, version: '3.6.0' }),
    );
  else
    yield* writeText(
      process.stdout,
      format === 'table' ? table(['hash', 'revision', 'total keys', 'total size', 'version'], [row]) : `${row.join(', ')}\n`,
    );
  return 0;
}

/** `etcdutl snapshot restore FILE --data-dir DIRECTORY`. */
export function* restore(process: Process, { flags, operands: [file, ...more] }: Arguments): Task<number> {
  if (file === undefined || more.length > 0) throw new Failure(BAD_ARGUMENTS, 'snapshot restore requires exactly one argument');
  const bump = integer(flags, 'bump-revision');
  if (isOn(flags, 'mark-compacted') !== bump > 0) throw new Failure(BAD_ARGUMENTS, '--mark-compacted required if --revision-bump > 0');
  const name = flags.get('name') ?? 'default';
  const directory = flags.get('data-dir') ?? `${name}.etcd`;
  const target = resolvePath(process.cwd, directory);
  const { files } = process;
  if (files.exists(target) && files.stat(target).type === 'directory' && files.list(target).length > 0)
    throw new Failure(1, `data-dir "${directory}" not empty or could not be read`);
  const read = readDatabaseFile(contentOf(process, file));
  if (typeof read === 'string') throw new Failure(1, read);
  if (!read.checked && !isOn(flags, 'skip-hash-check')) throw new Failure(1, 'snapshot missing hash but --skip-hash-check=false');
  const places = { path: file, 'wal-dir': `${directory}/member/wal`, 'data-dir': directory, 'snap-dir': `${directory}/member/snap` };
  yield* writeText(process.stderr, logLine(process, 'info', 'snapshot/v3_snapshot.go:305', 'restoring snapshot', places));
  try {
    files.makeDirectory(`${target}/member/snap`, { parents: true });
    files.makeDirectory(`${target}/member/wal`, { parents: true });
    files.write(`${target}/member/snap/db`, databaseFile({ ...read.database, cluster: clusterOf(name, flags), bump }), { mode: 0o600 });
    files.write(`${target}/member/wal/0000000000000000-0000000000000000.wal`, new Uint8Array(), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Failure(1, `mkdir ${directory}: ${error.message.toLowerCase()}`);
  }
  yield* writeText(process.stderr, logLine(process, 'info', 'snapshot/v3_snapshot.go:333', 'restored snapshot', places));
  const note =
    'kubernotes: revisions go on from the present one when etcd starts on this directory, as after --bump-revision and --mark-compacted\n';
  if (bump === 0) yield* writeText(process.stderr, note);
  return 0;
}

/** A restored member begins a cluster of its own, whose number hangs on its name, its peers and the token. */
function clusterOf(name: string, flags: ReadonlyMap<string, string>): string {
  const token = flags.get('initial-cluster-token') ?? 'etcd-cluster';
  const peers = flags.get('initial-cluster') ?? `${name}=http://localhost:2380`;
  return clusterNumber(`${peers} ${token}`);
}

function contentOf(process: Process, file: string): Uint8Array {
  const path = resolvePath(process.cwd, file);
  if (!process.files.exists(path)) throw new Failure(1, `stat ${file}: no such file or directory`);
  return process.files.read(path);
}
