import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { lookUp, nameServer, RECORD_TYPES, reverseName, type Found } from './dns-query.ts';
import { strftime } from './strftime.ts';

interface Wish {
  name: string;
  type: string;
  server?: string;
  readonly switches: Set<string>;
}

/** `dig [@server] name [type] [-x address] [+short] [+search] [+noall +answer]`: one question and the whole answer. */
export const dig: Program = function* (process) {
  const args = process.argv.slice(1);
  const wish = readArguments(args);
  if (typeof wish === 'string') {
    yield* writeText(process.stderr, `dig: ${wish}\n`);
    return 1;
  }
  const { name, type, switches } = wish;
  const server = wish.server ?? nameServer(process);
  const began = process.now();
  const answer = yield* lookUp(process, { name, type, server: wish.server, search: switches.has('search') });
  if (answer === undefined) {
    const text = `;; communications error to ${server}#53: timed out\n`;
    yield* writeText(
      process.stdout,
      `${text.repeat(3)}\n; <<>> DiG 9.20.11 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`,
    );
    return 9;
  }
  const shown = switches.has('short')
    ? answer.records.map(({ data }) => `${data}\n`).join('')
    : switches.has('noall')
      ? switches.has('answer') ? answer.records.map(line).join('') : '' // prettier-ignore
      : whole({ args, answer, type, server, id: process.random(65_536), took: process.now() - began, now: process.now() });
  yield* writeText(process.stdout, shown);
  return 0;
};

function whole({
  args,
  answer,
  type,
  server,
  id,
  took,
  now,
}: {
  args: readonly string[];
  answer: Found;
  type: string;
  server: string;
  id: number;
  took: number;
  now: number;
}): string {
  const { asked, records, rcode, additional = [] } = answer;
  const section = (title: string, of: Found['records']): string =>
    of.length === 0 ? '' : `;; ${title} SECTION:\n${of.map(line).join('')}\n`;
  // A header, the question, and of a record a pointer to its name, ten bytes and what it says.
  const size =
    12 + asked.length + 5 + [...records, ...additional].reduce((sum, each) => sum + 12 + (each.type === 'A' ? 4 : each.data.length + 1), 0);
  return `
; <<>> DiG 9.20.11 <<>> ${args.join(' ')}
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: ${rcode}, id: ${id}
;; flags: qr aa rd; QUERY: 1, ANSWER: ${records.length}, AUTHORITY: 0, ADDITIONAL: ${additional.length}

;; QUESTION SECTION:
;${asked}${tabs(asked.length + 1)}IN\t${type}

${section('ANSWER', records)}${section('ADDITIONAL', additional)};; Query time: ${took} msec
;; SERVER: ${server}#53(${server}) (UDP)
;; WHEN: ${strftime('%a %b %d %H:%M:%S UTC %Y', now)}
;; MSG SIZE  rcvd: ${size}

`;
}

const tabs = (width: number): string => '\t'.repeat(Math.max(1, 3 - Math.floor(width / 8)));

function line({ name, ttl, type, data }: Found['records'][number]): string {
  return `${name}${tabs(name.length)}${ttl}\tIN\t${type}\t${data}\n`;
}

/** A text is what is wrong with them. */
function readArguments(args: readonly string[]): Wish | string {
  const wish: Wish = { name: '', type: '', switches: new Set() };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const takes = /^-([xtqpc])(.*)$/.exec(arg);
    if (takes !== null) {
      const value = takes[2] || args[++i];
      if (value === undefined) return `option '-${takes[1]}' requires an argument`;
      if (takes[1] === 'x') {
        const name = reverseName(value);
        if (name === undefined) return `Invalid IP address ${value}`;
        Object.assign(wish, { name, type: 'PTR' });
      } else if (takes[1] === 'q') wish.name = value;
      else if (takes[1] === 'p') {
        if (value !== '53') return `the option '-p ${value}' is not modelled here: name servers answer at port 53`;
      } else if (takes[1] === 't') {
        if (!RECORD_TYPES.has(value.toUpperCase())) return `the type ${value} is not modelled here`;
        wish.type = value.toUpperCase();
      }
    } else if (arg.startsWith('@')) wish.server = arg.slice(1);
    else if (/^\+(short|search|noall|answer|cmd|nocmd|nocomments|nostats|time=\d+|tries=\d+)$/.test(arg)) wish.switches.add(arg.slice(1));
    else if (arg === '-4' || arg.toUpperCase() === 'IN') continue;
    else if (/^[-+]./.test(arg)) return `the option '${arg}' is not modelled here`;
    else if (RECORD_TYPES.has(arg.toUpperCase()) && (wish.name !== '' || i < args.length - 1 || wish.type === '')) {
      if (wish.name === '' && i === args.length - 1) wish.name = arg;
      else wish.type = arg.toUpperCase();
    } else wish.name = arg;
  }
  return { ...wish, name: wish.name || '.', type: wish.type || (wish.name === '' ? 'NS' : 'A') };
}
