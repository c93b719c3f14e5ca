import { NetworkError, type Process, type Program } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { readTables } from './network-tables.ts';

const TIMEOUT = 5000;

/** `traceroute HOST`: the machines between, each asked by itself three times. Virtual addresses of Services are rewritten on the way, so nobody answers under them. */
export const traceroute: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'nIq:m:w:', refused: ['-T', '-U', '-p', '-s', '-i', '-f', '-g', '-6'] });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [host] = operands;
  if (host === undefined) {
    yield* writeText(process.stderr, 'Usage: traceroute [-nI] [-m MAXTTL] [-q PROBES] [-w SEC] HOST\n');
    return 2;
  }
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  const [most, probes, wait] = [Number(flags.get('m') ?? 30), Number(flags.get('q') ?? 3), Number(flags.get('w') ?? TIMEOUT / 1000) * 1000];
  let ip: string | undefined;
  try {
    [ip] = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? [host] : yield* process.net.resolve(host);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
  if (ip === undefined || process.net.echo === undefined) {
    yield* writeText(process.stderr, `traceroute: bad address '${host}'\n`);
    return 1;
  }
  yield* writeText(process.stdout, `traceroute to ${host} (${ip}), ${most} hops max, 46 byte packets\n`);
  const way = tables.way(ip);
  for (let ttl = 1; ttl <= most; ttl++) {
    const hop = way[Math.min(ttl, way.length) - 1] as string;
    const times = yield* asked(process, hop, probes, wait);
    const answered = times.some((time) => time !== undefined);
    const name = answered ? `  ${flags.has('n') ? hop : `${hop === ip ? host : hop} (${hop})`}` : '';
    yield* writeText(
      process.stdout,
      `${String(ttl).padStart(2)}${name}${times.map((time) => (time === undefined ? '  *' : `  ${time.toFixed(3)} ms`)).join('')}\n`,
    );
    if (answered && hop === ip) return 0;
  }
  return 0;
};

function* asked(process: Process, ip: string, probes: number, timeout: number): Task<(number | undefined)[]> {
  const times: (number | undefined)[] = [];
  for (let sequence = 1; sequence <= probes; sequence++) {
    const sent = process.now();
    const answer = yield* (process.net.echo as NonNullable<Process['net']['echo']>).call(process.net, ip, { sequence, timeout });
    times.push(answer?.kind === 'reply' ? process.now() - sent : undefined);
  }
  return times;
}
