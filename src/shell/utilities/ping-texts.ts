import type { EchoAnswer } from '../../engine/os/process.ts';

/** What became of the requests; times in ms. */
export interface Tally {
  sent: number;
  errors: number;
  readonly times: number[];
  /** The most requests that were on their way at once. */
  pipe: number;
  /** From the first request to the last packet. */
  lasted: number;
}

/** How a `ping` speaks, and what it does otherwise than the other. */
export interface PingTexts {
  readonly refused: readonly string[];
  readonly status: { readonly misuse: number; readonly unknown: number; readonly notPermitted: number };
  readonly first: number;
  readonly hearsErrors: boolean;
  /** It opens its socket when the host is known and the header printed. */
  readonly resolvesFirst: boolean;
  readonly noHost: string;
  readonly notPermitted: string;
  misuse(what: string): string;
  wrongNumber(text: string): string;
  /** `sure`: the resolver says that there is none, rather than nothing. */
  unknown(host: string, sure: boolean): string;
  header(host: string, address: string, size: number): string;
  arrival(arrival: { sequence: number; answer: EchoAnswer; took: number }, size: number): string;
  summary(host: string, tally: Tally): string;
}

export const iputilsTexts: PingTexts = {
  refused: '-6 -a -A -b -B -C -d -D -e -f -F -H -I -l -L -m -M -N -O -p -Q -r -R -S -t -T -U -v -V -3'.split(' '),
  status: { misuse: 2, unknown: 2, notPermitted: 2 },
  first: 1,
  hearsErrors: true,
  resolvesFirst: false,
  noHost: 'ping: usage error: Destination address required\n',
  notPermitted: 'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?\n',
  misuse: (what) => `ping: ${what}`,
  wrongNumber: (text) =>
    Number.isNaN(Number(text)) ? `ping: invalid argument: '${text}'\n` : `ping: invalid argument: '${text}': out of range\n`,
  unknown: (host, sure) => `ping: ${host}: ${sure ? 'Name or service not known' : 'Temporary failure in name resolution'}\n`,
  // 20 bytes of IP's header and 8 of ICMP's.
  header: (host, address, size) => `PING ${host} (${address}) ${size}(${size + 28}) bytes of data.\n`,
  arrival({ sequence, answer, took }, size) {
    if (answer.kind === 'unreachable') return `From ${answer.from} icmp_seq=${sequence} Destination Host Unreachable\n`;
    // Four digits, and none behind the point from 100 ms on.
    const time = took >= 100 ? took.toFixed(0) : took >= 10 ? took.toFixed(1) : took >= 1 ? took.toFixed(2) : took.toFixed(3);
    return `${size + 8} bytes from ${answer.from}: icmp_seq=${sequence} ttl=${answer.ttl} time=${time} ms\n`;
  },
  summary(host, tally) {
    const { sent, errors, times, pipe, lasted } = tally;
    const lost = Number(percentageOf(tally).toPrecision(6));
    const rest = [
      ...(times.length === 0
        ? []
        : [`rtt min/avg/max/mdev = ${[...spread(times), deviation(times)].map((each) => each.toFixed(3)).join('/')} ms`]),
      ...(pipe > 1 ? [`pipe ${pipe}`] : []),
    ];
    return `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} received${errors === 0 ? '' : `, +${errors} errors`}, ${lost}% packet loss, time ${Math.round(lasted)}ms\n${rest.join(', ')}\n`;
  },
};

export const busyboxTexts: PingTexts = {
  refused: ['-6', '-I', '-A', '-t', '-p'],
  status: { misuse: 1, unknown: 1, notPermitted: 1 },
  first: 0,
  hearsErrors: false,
  resolvesFirst: true,
  noHost: 'Usage: ping [OPTIONS] HOST\n',
  notPermitted: 'ping: permission denied (are you root?)\n',
  misuse: (what) => `ping: ${what.replace(/^invalid option -- '(.)'$/, 'unrecognized option: $1')}`,
  wrongNumber: (text) => `ping: invalid number '${text}'\n`,
  unknown: (host) => `ping: bad address '${host}'\n`,
  header: (host, address, size) => `PING ${host} (${address}): ${size} data bytes\n`,
  arrival({ sequence, answer, took }, size) {
    if (answer.kind === 'unreachable') return '';
    return `${size + 8} bytes from ${answer.from}: seq=${sequence} ttl=${answer.ttl} time=${took.toFixed(3)} ms\n`;
  },
  summary(host, tally) {
    const { sent, times } = tally;
    const trip = times.length === 0 ? '' : `round-trip min/avg/max = ${spread(times).map((each) => each.toFixed(3)).join('/')} ms\n`; // prettier-ignore
    return `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${Math.floor(percentageOf(tally))}% packet loss\n${trip}`;
  },
};

function percentageOf({ sent, times }: Tally): number {
  return sent === 0 ? 0 : ((sent - times.length) * 100) / sent;
}

function spread(times: readonly number[]): [least: number, mean: number, most: number] {
  return [Math.min(...times), mean(times), Math.max(...times)];
}

function deviation(times: readonly number[]): number {
  return Math.sqrt(Math.max(0, mean(times.map((each) => each * each)) - mean(times) ** 2));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
