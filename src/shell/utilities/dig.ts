import { NetworkError, type Process, type Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { strftime } from './strftime.ts';

/** The TTL that CoreDNS gives the names of a cluster. */
const TTL = 30;

/** `dig [@server] name [A] [+short] [+search]`: the addresses of a name, asked of the resolver of `/etc/resolv.conf`. */
export const dig: Program = function* (process) {
  const args = process.argv.slice(1);
  const words = args.filter((arg) => !/^[-+@]/.test(arg));
  const config = process.files.exists('/etc/resolv.conf') ? decode(process.files.read('/etc/resolv.conf')) : '';
  const server = /^nameserver\s+(\S+)/m.exec(config)?.[1] ?? '127.0.0.1';
  const wrong = refused(args, words, server);
  if (wrong !== undefined) {
    yield* writeText(process.stderr, `dig: ${wrong}\n`);
    return 1;
  }
  const name = words.find((word) => !/^(a|in)$/i.test(word)) ?? '.';
  const absolute = name.endsWith('.') ? name : `${name}.`;
  const began = process.now();
  const answer = yield* ask(process, args.includes('+search') ? name : absolute);
  if (answer === undefined) {
    yield* writeText(process.stdout, `;; communications error to ${server}#53: timed out\n;; no servers could be reached\n`);
    return 9;
  }
  if (args.includes('+short')) {
    yield* writeText(process.stdout, answer.map((address) => `${address}\n`).join(''));
    return 0;
  }
  const records = answer.map(
    (address) => `${absolute}${'\t'.repeat(Math.max(1, 3 - Math.floor(absolute.length / 8)))}${TTL}\tIN\tA\t${address}\n`,
  );
  const status = answer.length > 0 ? 'NOERROR' : 'NXDOMAIN';
  const size = 12 + absolute.length + 1 + 4 + answer.length * 16;
  yield* writeText(
    process.stdout,
    `
; <<>> DiG 9.20.11 <<>> ${args.join(' ')}
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: ${process.random(65_536)}
;; flags: qr aa rd; QUERY: 1, ANSWER: ${answer.length}, AUTHORITY: 0, ADDITIONAL: 0

;; QUESTION SECTION:
;${absolute}${'\t'.repeat(Math.max(1, 3 - Math.floor((absolute.length + 1) / 8)))}IN\tA

${records.length === 0 ? '' : `;; ANSWER SECTION:\n${records.join('')}\n`};; Query time: ${process.now() - began} msec
;; SERVER: ${server}#53(${server}) (UDP)
;; WHEN: ${strftime('%a %b %d %H:%M:%S UTC %Y', process.now())}
;; MSG SIZE  rcvd: ${size}

`,
  );
  return 0;
};

function refused(args: readonly string[], words: readonly string[], server: string): string | undefined {
  const other = args.find((arg) => arg.startsWith('@') && arg !== `@${server}`);
  if (other !== undefined) return `${other}: servers other than the resolver's are not modelled here`;
  const option = args.find((arg) => arg.startsWith('-') || (arg.startsWith('+') && !/^\+(short|search|noall|answer|cmd|nocmd)$/.test(arg)));
  if (option !== undefined) return `the option '${option}' is not modelled here`;
  const type = words.find((word) => /^(aaaa|any|cname|mx|ns|ptr|soa|srv|txt)$/i.test(word));
  return type === undefined ? undefined : `${type}: only A records are modelled here`;
}

/** `undefined`: nobody answers. */
function* ask(process: Process, name: string): Task<string[] | undefined> {
  try {
    return yield* process.net.resolve(name);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return error.code === 'ENOTFOUND' && !/time|server/.test(error.message) ? [] : undefined;
  }
}
