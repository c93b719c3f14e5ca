import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, isOn, type Arguments, type Flags } from './flags.ts';
import { formatOf, headerFields, hexOf, json, list, show, textOf, unsupported } from './print.ts';

export const MEMBER_FLAGS: Flags = { 'peer-urls': { value: true }, learner: { value: false }, consistency: { value: true } };

/** `member add|list|promote|remove|update`. */
export function* member(process: Process, client: Client, given: Arguments): Task<number> {
  const { flags, operands: [verb, ...operands] } = given; // prettier-ignore
  switch (verb) {
    case 'list':
      return yield* memberList(process, client, flags);
    case 'add':
      return yield* memberAdd(process, client, flags, operands);
    case 'remove':
      return yield* change(process, client, flags, { verb, id: idOf(operands), did: 'removed from' });
    case 'promote':
      return yield* change(process, client, flags, { verb, id: idOf(operands), did: 'promoted in' });
    case 'update': {
      const id = idOf(operands);
      const peerURLs = flags.get('peer-urls')?.split(',');
      if (peerURLs === undefined) throw new Failure(BAD_ARGUMENTS, 'member peer urls not provided');
      return yield* change(process, client, flags, { verb, id, did: 'updated in', body: { peerURLs } });
    }
  }
  throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl member"`);
}

function* memberList(process: Process, client: Client, flags: ReadonlyMap<string, string>): Task<number> {
  const answer = yield* client.members(flags.get('consistency') !== 's');
  const members = list(answer, 'members');
  const rows = members.map((each) => [
    hexOf(each['ID']),
    each['name'] === undefined ? 'unstarted' : 'started',
    textOf(each['name']),
    urls(each, 'peerURLs').join(','),
    urls(each, 'clientURLs').join(','),
    String(each['isLearner'] === true),
  ]);
  const fields = members.map((each) => {
    const lines = (field: string, name: string): string =>
      urls(each, field)
        .map((url) => `"${name}" : ${JSON.stringify(url)}\n`)
        .join('');
    const id = isOn(flags, 'hex') ? hexOf(each['ID']) : textOf(each['ID']);
    return `"ID" : ${id}\n"Name" : ${JSON.stringify(textOf(each['name']))}\n${lines('peerURLs', 'PeerURL')}${lines('clientURLs', 'ClientURL')}"IsLearner" : ${String(each['isLearner'] === true)}\n\n`;
  });
  yield* show(process, flags, {
    header: ['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'],
    rows,
    value: answer,
    fields: headerFields(answer) + fields.join(''),
  });
  return 0;
}

function* memberAdd(process: Process, client: Client, flags: ReadonlyMap<string, string>, operands: readonly string[]): Task<number> {
  const [name, ...more] = operands;
  if (name === undefined) throw new Failure(BAD_ARGUMENTS, 'member name not provided');
  const hints = more.filter((each) => /^http/i.test(each)).map((each) => `, did you mean --peer-urls=${each}`);
  if (more.length > 0) throw new Failure(BAD_ARGUMENTS, `too many arguments${hints.join('')}`);
  const peers = flags.get('peer-urls') ?? '';
  if (peers === '') throw new Failure(BAD_ARGUMENTS, 'member peer urls not provided');
  const isLearner = isOn(flags, 'learner');
  const body = { peerURLs: peers.split(','), ...(isLearner ? { isLearner } : {}) };
  const answer = yield* client.call('Cluster/MemberAdd', '/v3/cluster/member/add', body);
  const added = answer['member'] as Message;
  yield* tell(
    process,
    flags,
    answer,
    `Member ${wide(added['ID'])} added${isLearner ? ' as learner ' : ' '}to cluster ${wide(clusterOf(answer))}\n`,
  );
  if (formatOf(flags) !== 'simple') return 0;
  const members = list(answer, 'members').flatMap((each) =>
    urls(each, 'peerURLs').map((url) => `${each['ID'] === added['ID'] ? name : textOf(each['name'])}=${url}`),
  );
  yield* writeText(
    process.stdout,
    `\nETCD_NAME=${JSON.stringify(name)}\nETCD_INITIAL_CLUSTER=${JSON.stringify(members.join(','))}\nETCD_INITIAL_ADVERTISE_PEER_URLS=${JSON.stringify(peers)}\nETCD_INITIAL_CLUSTER_STATE="existing"\n`,
  );
  return 0;
}

interface Change {
  readonly verb: string;
  readonly id: string;
  readonly did: string;
  readonly body?: Message;
}

function* change(process: Process, client: Client, flags: ReadonlyMap<string, string>, { verb, id, did, body = {} }: Change): Task<number> {
  const method = `Cluster/Member${(verb[0] ?? '').toUpperCase()}${verb.slice(1)}`;
  const answer = yield* client.call(method, `/v3/cluster/member/${verb}`, { ID: id, ...body });
  yield* tell(process, flags, answer, `Member ${wide(id)} ${did} cluster ${wide(clusterOf(answer))}\n`);
  return 0;
}

/** `move-leader ID`: the endpoints must have the leader among them. */
export function* moveLeader(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const [given, ...more] = operands;
  if (given === undefined || more.length > 0) throw new Failure(BAD_ARGUMENTS, 'move-leader command needs 1 argument');
  if (!/^[\da-f]+$/i.test(given)) throw new Failure(BAD_ARGUMENTS, `strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`);
  for (const endpoint of client.endpoints) {
    const status = yield* client.call('Maintenance/Status', '/v3/maintenance/status', {}, endpoint);
    const own = (status['header'] as Message)['member_id'];
    if (own !== status['leader']) continue;
    const targetID = BigInt(`0x${given}`).toString();
    const answer = yield* client.call('Maintenance/MoveLeader', '/v3/maintenance/transfer-leadership', { targetID }, endpoint);
    if (formatOf(flags) !== 'simple') throw unsupported(formatOf(flags));
    void answer;
    yield* writeText(process.stdout, `Leadership transferred from ${hexOf(own)} to ${hexOf(targetID)}\n`);
    return 0;
  }
  throw new Failure(BAD_ARGUMENTS, `no leader endpoint given at [${client.endpoints.join(' ')}]`);
}

function* tell(process: Process, flags: ReadonlyMap<string, string>, answer: Message, simple: string): Task<void> {
  const format = formatOf(flags);
  if (format === 'table' || format === 'fields') throw unsupported(format);
  if (format === 'json') yield* process.stdout.write(json(answer));
  else yield* writeText(process.stdout, simple);
}

function idOf([given, ...more]: readonly string[]): string {
  if (given === undefined || more.length > 0) throw new Failure(BAD_ARGUMENTS, 'member ID is not provided');
  if (!/^[\da-f]+$/i.test(given))
    throw new Failure(
      BAD_ARGUMENTS,
      `bad member ID arg (strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax), expecting ID in Hex`,
    );
  return BigInt(`0x${given}`).toString();
}

const urls = (message: Message, field: string): readonly string[] => (message[field] as readonly string[] | undefined) ?? [];
const clusterOf = (answer: Message): unknown => (answer['header'] as Message)['cluster_id'];
/** `%16x`. */
const wide = (id: unknown): string => hexOf(id).padStart(16);
