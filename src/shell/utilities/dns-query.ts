import { NetworkError, type NameAnswer, type Process } from '../../engine/os/process.ts';
import { candidates } from '../../engine/os/resolv-conf.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode } from '../../engine/os/text.ts';

/** What dig, host and nslookup ask for, CoreDNS answering what it has. */
export const RECORD_TYPES: ReadonlySet<string> = new Set('A AAAA ANY CNAME MX NS PTR SOA SRV TXT'.split(' '));

export interface Found extends NameAnswer {
  /** The name that was asked for in the end, with its final dot. */
  readonly asked: string;
}

/** The first name server of `/etc/resolv.conf`. */
export function nameServer(process: Process): string {
  return /^nameserver\s+(\S+)/m.exec(config(process))?.[1] ?? '127.0.0.1';
}

function config(process: Process): string {
  return process.files.exists('/etc/resolv.conf') ? decode(process.files.read('/etc/resolv.conf')) : '';
}

/** `10.96.0.1` as the name under which its owner is found; `undefined` for what is no address. */
export function reverseName(address: string): string | undefined {
  return /^\d+(\.\d+){3}$/.test(address) ? `${address.split('.').reverse().join('.')}.in-addr.arpa.` : undefined;
}

/** Asks a name server. `search`: by the search list of the resolver, until a name has such records. `undefined`: nobody answers. */
export function* lookUp(
  process: Process,
  { name, type, server, search }: { name: string; type: string; server: string | undefined; search: boolean },
): Task<Found | undefined> {
  const text = config(process);
  const list = /^search\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const ndots = Number(/ndots:(\d+)/.exec(text)?.[1] ?? 1);
  const absolute = name.endsWith('.') ? name : `${name}.`;
  const names = search ? candidates(name, { nameservers: [], search: list, ndots }) : [absolute];
  let last: Found | undefined;
  for (const asked of names) {
    const answer = yield* ask(process, asked, type, server);
    if (answer === undefined) return undefined;
    last = { ...answer, asked };
    if (answer.records.length > 0) return last;
  }
  return last?.rcode === 'NXDOMAIN' ? { ...last, asked: absolute } : last;
}

function* ask(process: Process, name: string, type: string, server: string | undefined): Task<NameAnswer | undefined> {
  const { net } = process;
  try {
    const at = server === undefined || reverseName(server) !== undefined ? server : (yield* net.resolve(server))[0];
    if (net.query !== undefined) return yield* net.query({ name, type }, at);
    // Who can only resolve names can ask for nothing else.
    if (type !== 'A') return { rcode: 'NOTIMP', records: [] };
    const addresses = yield* net.resolve(name);
    return { rcode: 'NOERROR', records: addresses.map((data) => ({ name, type: 'A', ttl: 30, data })) };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    // Without `query` the resolver has but one way to say that there is no such name.
    return net.query === undefined && error.code === 'ENOTFOUND' ? { rcode: 'NXDOMAIN', records: [] } : undefined;
  }
}
