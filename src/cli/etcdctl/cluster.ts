import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { together } from '../../engine/os/together.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, isOn, type Arguments } from './flags.ts';
import { formatOf, headerFields, hexOf, json, list, show, textOf, unsupported } from './print.ts';
import { humanBytes } from './table.ts';

/** What Go prints of a duration. */
const took = (milliseconds: number): string =>
  milliseconds === 0 ? '0s' : milliseconds < 1000 ? `${milliseconds}ms` : `${milliseconds / 1000}s`;

/** `endpoint status|health|hashkv`. */
export function* endpoint(process: Process, client: Client, given: Arguments): Task<number> {
  const { flags, operands: [verb] } = given; // prettier-ignore
  const endpoints = yield* endpointsOf(client, flags);
  if (verb === 'status') return yield* status(process, client, flags, endpoints);
  if (verb === 'health') return yield* health(process, client, flags, endpoints);
  if (verb === 'hashkv') return yield* hashKV(process, client, flags, endpoints);
  throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl endpoint"`);
}

function* endpointsOf(client: Client, flags: ReadonlyMap<string, string>): Task<readonly string[]> {
  if (!isOn(flags, 'cluster')) return client.endpoints;
  const answer = yield* client.members(true);
  return list(answer, 'members').flatMap((each) => (each['clientURLs'] as readonly string[] | undefined) ?? []);
}

const STATUS = [
  'endpoint', 'ID', 'version', 'storage version', 'db size', 'in use', 'percentage not in use', 'quota', 'is leader', 'is learner', 'raft term',
  'raft index', 'raft applied index', 'errors', 'downgrade target version', 'downgrade enabled',
]; // prettier-ignore

function* status(process: Process, client: Client, flags: ReadonlyMap<string, string>, endpoints: readonly string[]): Task<number> {
  const found: { Endpoint: string; Status: Message }[] = [];
  let failed = false;
  for (const each of endpoints) {
    try {
      found.push({ Endpoint: each, Status: yield* client.call('Maintenance/Status', '/v3/maintenance/status', {}, each) });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed = true;
      yield* writeText(
        process.stderr,
        `${error.log === undefined ? '' : `${error.log}\n`}Failed to get the status of endpoint ${each} (${error.message})\n`,
      );
    }
  }
  const rows = found.map(({ Endpoint, Status }) => {
    const header = Status['header'] as Message;
    const [size, used] = [Number(Status['dbSize'] ?? 0), Number(Status['dbSizeInUse'] ?? 0)];
    return [
      Endpoint, hexOf(header['member_id']), textOf(Status['version']), textOf(Status['storageVersion']), humanBytes(size), humanBytes(used),
      `${100 - Math.floor((used * 100) / size)}%`, humanBytes(Number(Status['dbSizeQuota'] ?? 0)), textOf(Status['leader'] === header['member_id']),
      textOf(Status['isLearner'] === true), textOf(Status['raftTerm']), textOf(Status['raftIndex']), textOf(Status['raftAppliedIndex']),
      ((Status['errors'] as readonly string[] | undefined) ?? []).join(', '), '', 'false',
    ]; // prettier-ignore
  });
  const fields = found.map(({ Endpoint, Status }) => {
    const line = (name: string, field: string): string => `"${name}" : ${textOf(Status[field] ?? 0)}\n`;
    return `${headerFields(Status)}"Version" : ${JSON.stringify(textOf(Status['version']))}\n"StorageVersion" : ${JSON.stringify(textOf(Status['storageVersion']))}\n${line('DBSize', 'dbSize')}${line('DBSizeInUse', 'dbSizeInUse')}${line('DBSizeQuota', 'dbSizeQuota')}${line('Leader', 'leader')}"IsLearner" : ${String(Status['isLearner'] === true)}\n${line('RaftIndex', 'raftIndex')}${line('RaftTerm', 'raftTerm')}${line('RaftAppliedIndex', 'raftAppliedIndex')}"Errors" : [${((Status['errors'] as readonly string[] | undefined) ?? []).join(' ')}]\n"Endpoint" : ${JSON.stringify(Endpoint)}\n"DowngradeTargetVersion" : ""\n"DowngradeEnabled" : false\n\n`;
  });
  yield* show(process, flags, { header: STATUS, rows, value: found, fields: fields.join('') });
  return failed ? 1 : 0;
}

function* health(process: Process, client: Client, flags: ReadonlyMap<string, string>, endpoints: readonly string[]): Task<number> {
  const found = yield* together(endpoints.map((each) => healthOf(process, client, each)));
  const format = formatOf(flags);
  if (format === 'simple')
    for (const each of found)
      if (each.error === undefined)
        yield* writeText(process.stdout, `${each.endpoint} is healthy: successfully committed proposal: took = ${each.took}\n`);
      else yield* writeText(process.stderr, `${each.endpoint} is unhealthy: failed to commit proposal: ${each.error}\n`);
  else {
    const fields = found.map(
      (each) =>
        `"Endpoint" : ${JSON.stringify(each.endpoint)}\n"Health" : ${each.health}\n"Took" : ${each.took}\n"Error" : ${each.error ?? ''}\n\n`,
    );
    const rows = found.map((each) => [each.endpoint, String(each.health), each.took, each.error ?? '']);
    yield* show(process, flags, { header: ['endpoint', 'health', 'took', 'error'], rows, value: found, fields: fields.join('') });
  }
  if (found.some(({ error }) => error !== undefined)) throw new Failure(1, 'unhealthy cluster');
  return 0;
}

interface Health {
  readonly endpoint: string;
  readonly health: boolean;
  readonly took: string;
  readonly error?: string;
}

function* healthOf(process: Process, client: Client, endpoint: string): Task<Health> {
  const begun = process.now();
  let error: string | undefined;
  try {
    yield* client.call('KV/Range', '/v3/kv/range', { key: 'aGVhbHRo' }, endpoint);
    const alarms = list(yield* client.call('Maintenance/Alarm', '/v3/maintenance/alarm', {}, endpoint), 'alarms');
    if (alarms.length > 0) error = `Active Alarm(s): ${alarms.map((alarm) => `${textOf(alarm['alarm'])} `).join('')}`;
  } catch (thrown) {
    // Who is known but may not read is healthy.
    if (!(thrown instanceof Failure)) throw thrown;
    if (thrown.log !== undefined) yield* writeText(process.stderr, `${thrown.log}\n`);
    if (thrown.message !== 'etcdserver: permission denied') error = thrown.message;
  }
  const told = { endpoint, health: error === undefined, took: took(process.now() - begun) };
  return error === undefined ? told : { ...told, error };
}

function* hashKV(process: Process, client: Client, flags: ReadonlyMap<string, string>, endpoints: readonly string[]): Task<number> {
  const revision = flags.get('rev');
  const found: { Endpoint: string; HashKV: Message }[] = [];
  for (const each of endpoints)
    found.push({
      Endpoint: each,
      HashKV: yield* client.call('Maintenance/HashKV', '/v3/maintenance/hash', revision === undefined ? {} : { revision }, each),
    });
  const rows = found.map(({ Endpoint, HashKV }) => [Endpoint, textOf(HashKV['hash']), textOf(HashKV['hash_revision'])]);
  const fields = found.map(
    ({ Endpoint, HashKV }) =>
      `${headerFields(HashKV)}"Endpoint" : ${JSON.stringify(Endpoint)}\n"Hash" : ${textOf(HashKV['hash'])}\n"HashRevision" : ${textOf(HashKV['hash_revision'])}\n\n`,
  );
  yield* show(process, flags, { header: ['endpoint', 'hash', 'hash_revision'], rows, value: found, fields: fields.join('') });
  return 0;
}

/** `alarm list|disarm`. */
export function* alarm(process: Process, client: Client, { flags, operands: [verb, ...more] }: Arguments): Task<number> {
  if (verb !== 'list' && verb !== 'disarm') throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl alarm"`);
  if (more.length > 0) throw new Failure(BAD_ARGUMENTS, `alarm ${verb} command accepts no arguments`);
  const answer = yield* client.call('Maintenance/Alarm', '/v3/maintenance/alarm', verb === 'list' ? {} : { action: 'DEACTIVATE' });
  const alarms = list(answer, 'alarms');
  const format = formatOf(flags);
  if (format === 'table') throw unsupported('table');
  if (format === 'json') yield* process.stdout.write(json(answer));
  else if (format === 'fields')
    yield* writeText(
      process.stdout,
      headerFields(answer) +
        alarms.map((each) => `"MemberID" : ${textOf(each['memberID'])}\n"AlarmType" : ${textOf(each['alarm'])}\n\n`).join(''),
    );
  else
    yield* writeText(
      process.stdout,
      alarms.map((each) => `memberID:${textOf(each['memberID'])} alarm:${textOf(each['alarm'])} \n`).join(''),
    );
  return 0;
}

/** `defrag`. */
export function* defrag(process: Process, client: Client, { flags }: Arguments): Task<number> {
  let failures = 0;
  for (const each of yield* endpointsOf(client, flags)) {
    const begun = process.now();
    try {
      yield* client.call('Maintenance/Defragment', '/v3/maintenance/defragment', {}, each);
      yield* writeText(process.stdout, `Finished defragmenting etcd member[${each}]. took ${took(process.now() - begun)}\n`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures++;
      yield* writeText(
        process.stderr,
        `${error.log === undefined ? '' : `${error.log}\n`}Failed to defragment etcd member[${each}]. took ${took(process.now() - begun)}. (${error.message})\n`,
      );
    }
  }
  return failures === 0 ? 0 : 1;
}
