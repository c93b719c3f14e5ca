import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, isOn, type Arguments } from './flags.ts';
import { formatOf, headerFields, json, list, unsupported } from './print.ts';
import { decodeBytes } from '../../engine/api/base64.ts';

/** A lease's ID as it is typed, in hexadecimal, and as the API has it. Throws `Failure`. */
export function leaseNumber(given: string): string {
  if (!/^[\da-f]+$/i.test(given))
    throw new Failure(
      BAD_ARGUMENTS,
      `bad lease ID arg (strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax), expecting ID in Hex`,
    );
  return BigInt(`0x${given}`).toString();
}

const hex = (message: Message): string =>
  BigInt(String(message['ID'] ?? 0))
    .toString(16)
    .padStart(16, '0');

/** `lease grant|revoke|timetolive|list|keep-alive`. */
export function* lease(process: Process, client: Client, { flags, operands: [verb, given, ...more] }: Arguments): Task<number> {
  const say = (answer: Message, simple: string, fields: string, flat: Message): Task<void> =>
    print(process, flags, answer, simple, fields, flat);
  const one = (what: string): string => {
    if (given === undefined || more.length > 0)
      throw new Failure(BAD_ARGUMENTS, `lease ${what} command needs ${what === 'grant' ? 'TTL' : 'lease ID as'} argument`);
    return given;
  };
  if (verb === 'grant') {
    const TTL = one('grant');
    if (!/^-?\d+$/.test(TTL))
      throw new Failure(BAD_ARGUMENTS, `bad TTL (strconv.ParseInt: parsing ${JSON.stringify(TTL)}: invalid syntax)`);
    const answer = yield* client.call('Lease/LeaseGrant', '/v3/lease/grant', { TTL });
    const ttl = String(answer['TTL']);
    yield* say(answer, `lease ${hex(answer)} granted with TTL(${ttl}s)\n`, `"ID" : ${String(answer['ID'])}\n"TTL" : ${ttl}\n`, {
      ID: answer['ID'],
      TTL: ttl,
      Error: '',
    });
    return 0;
  }
  if (verb === 'revoke') {
    const ID = leaseNumber(one('revoke'));
    const answer = yield* client.call('Lease/LeaseRevoke', '/v3/lease/revoke', { ID });
    yield* say(answer, `lease ${hex({ ID })} revoked\n`, '', answer);
    return 0;
  }
  if (verb === 'timetolive') return yield* timeToLive(process, client, flags, leaseNumber(one('timetolive')));
  if (verb === 'list') {
    const answer = yield* client.call('Lease/LeaseLeases', '/v3/lease/leases', {});
    const leases = list(answer, 'leases');
    const simple = `found ${leases.length} leases\n${leases.map((each) => `${hex(each)}\n`).join('')}`;
    const fields = leases.map((each) => `"ID" : ${String(each['ID'])}\n`).join('');
    yield* say(answer, simple, fields, { leases: leases.map((each) => ({ id: each['ID'] })) });
    return 0;
  }
  if (verb === 'keep-alive') return yield* keepAlive(process, client, flags, leaseNumber(one('keep-alive')));
  throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl lease"`);
}

function* timeToLive(process: Process, client: Client, flags: ReadonlyMap<string, string>, ID: string): Task<number> {
  const withKeys = isOn(flags, 'keys');
  const answer = yield* client.call('Lease/LeaseTimeToLive', '/v3/lease/timetolive', { ID, ...(withKeys ? { keys: true } : {}) });
  const [ttl, granted] = [String(answer['TTL'] ?? 0), String(answer['grantedTTL'] ?? 0)];
  const keys = ((answer['keys'] as readonly string[] | undefined) ?? []).map((key) => decode(decodeBytes(key)));
  const simple =
    ttl === '-1'
      ? `lease ${hex({ ID })} already expired\n`
      : `lease ${hex({ ID })} granted with TTL(${granted}s), remaining(${ttl}s)${withKeys ? `, attached keys([${keys.join(' ')}])` : ''}\n`;
  const fields = `"ID" : ${ID}\n"TTL" : ${ttl}\n"GrantedTTL" : ${granted}\n${keys.map((key) => `"Key" : ${JSON.stringify(key)}\n`).join('')}`;
  yield* print(process, flags, answer, simple, fields, { id: ID, ttl, 'granted-ttl': granted, keys: answer['keys'] ?? null });
  return 0;
}

/** Renews at a third of its time, until the lease is gone. */
function* keepAlive(process: Process, client: Client, flags: ReadonlyMap<string, string>, ID: string): Task<number> {
  for (;;) {
    const answer = yield* client.call('Lease/LeaseKeepAlive', '/v3/lease/keepalive', { ID });
    const ttl = Number(answer['TTL'] ?? 0);
    if (ttl <= 0) {
      if (isOn(flags, 'once')) throw new Failure(2, 'etcdserver: requested lease not found');
      if (formatOf(flags) === 'simple') yield* writeText(process.stdout, `lease ${hex({ ID })} expired or revoked.\n`);
      return 0;
    }
    yield* print(process, flags, answer, `lease ${hex({ ID })} keepalived with TTL(${ttl})\n`, `"ID" : ${ID}\n"TTL" : ${ttl}\n`, {
      ID,
      TTL: String(ttl),
    });
    if (isOn(flags, 'once')) return 0;
    yield* process.sleep((ttl * 1000) / 3);
  }
}

/** Answers about leases have their header's fields beside their own. */
function* print(
  process: Process,
  flags: ReadonlyMap<string, string>,
  answer: Message,
  simple: string,
  fields: string,
  flat: Message,
): Task<void> {
  const format = formatOf(flags);
  if (format === 'table') throw unsupported('table');
  if (format === 'json') yield* process.stdout.write(json(flat === answer ? answer : { ...(answer['header'] as Message), ...flat }));
  else yield* writeText(process.stdout, format === 'fields' ? headerFields(answer) + fields : simple);
}
