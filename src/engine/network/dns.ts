import { NetworkError } from '../os/process.ts';
import { candidates, type ResolverConfig } from '../os/resolv-conf.ts';
import type { Task } from '../os/task.ts';
import type { Millis } from '../sim/time.ts';
import type { DnsAnswer, DnsQuestion } from './dns-message.ts';
import type { VirtualNetwork } from './network.ts';

/** `/etc/hosts`: the address of a name. */
export interface Hosts {
  get(name: string): string | undefined;
}

/** What a resolver needs of its namespace: files, and a way to send a datagram. */
export interface Asker {
  readonly namespace: {
    readonly network: VirtualNetwork;
    readonly hosts: Hosts | undefined;
    readonly host: boolean;
    readonly node: string | undefined;
    readonly resolver: ResolverConfig | undefined;
  };
  ask(ip: string, port: number, payload: unknown, describe: (payload: unknown) => string, timeout?: Millis): Task<unknown>;
}

/**
 * The C library's resolver: `/etc/hosts`, then the name servers with the search list, one query per candidate name.
 * Queries travel as UDP to port 53, so a broken proxy, CoreDNS or search path shows as it does in real life.
 */
export function* resolveName(socket: Asker, name: string): Task<string[]> {
  const { namespace } = socket;
  if (name === 'localhost') return ['127.0.0.1'];
  const known =
    namespace.hosts?.get(name) ?? (namespace.host || namespace.node === undefined ? namespace.network.machines.get(name) : undefined);
  if (known !== undefined) return [known];
  const { resolver } = namespace;
  if (resolver === undefined || resolver.nameservers.length === 0) throw notFound(name, 'no such host');
  for (const candidate of candidates(name, resolver)) {
    const answer = yield* query(socket, { name: candidate, type: 'A' });
    const addresses = answer.records.filter(({ type }) => type === 'A').map(({ data }) => data);
    if (addresses.length > 0) return addresses;
    if (answer.rcode === 'SERVFAIL' || answer.rcode === 'REFUSED') throw notFound(name, 'server misbehaving');
  }
  throw notFound(name, 'no such host');
}

/** Asks the namespace's name servers (or `server`) one question, twice each before giving up, as resolv.conf(5)'s defaults say. */
export function* query(socket: Asker, question: DnsQuestion, server?: string): Task<DnsAnswer> {
  const servers = server === undefined ? (socket.namespace.resolver?.nameservers ?? []) : [server];
  let failure: unknown;
  for (let attempt = 0; attempt < 2; attempt++) {
    for (const nameserver of servers) {
      try {
        return (yield* socket.ask(nameserver, 53, question, describe)) as DnsAnswer;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        failure = error;
      }
    }
  }
  throw notFound(question.name.replace(/\.$/, ''), failure instanceof NetworkError ? failure.message : 'no name server');
}

function describe(payload: unknown): string {
  const message = payload as DnsQuestion | DnsAnswer;
  if ('rcode' in message) {
    const records = message.records.map(({ type, data }) => `${type} ${data}`).join(', ');
    return records === '' ? message.rcode : records;
  }
  return `${message.type} ${message.name}`;
}

function notFound(name: string, why: string): NetworkError {
  return new NetworkError('ENOTFOUND', `lookup ${name}: ${why}`);
}
