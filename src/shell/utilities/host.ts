import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { lookUp, RECORD_TYPES, reverseName, type Found } from './dns-query.ts';

const SAYS: Readonly<Record<string, string>> = {
  A: 'has address', AAAA: 'has IPv6 address', CNAME: 'is an alias for', PTR: 'domain name pointer', SRV: 'has SRV record', TXT: 'descriptive text',
  NS: 'name server', MX: 'mail is handled by', SOA: 'has SOA record',
}; // prettier-ignore

/** bind's `host [-t type] name [server]`. */
export const host: Program = function* (process) {
  const options = yield* readOptions(process, { short: 't:a4', refused: ['-l', '-v', '-C', '-6', '-d'] });
  if (typeof options === 'number') return options;
  const [name, server] = options.operands;
  const wanted = options.flags.get('t')?.toUpperCase();
  if (name === undefined || (wanted !== undefined && !RECORD_TYPES.has(wanted))) {
    yield* writeText(
      process.stderr,
      name === undefined ? 'Usage: host [-a4] [-t type] hostname [server]\n' : `host: invalid type: ${options.flags.get('t')}\n`,
    );
    return 1;
  }
  if (server !== undefined) yield* writeText(process.stdout, `Using domain server:\nName: ${server}\nAddress: ${server}#53\nAliases: \n\n`);
  const reverse = reverseName(name);
  const types = wanted !== undefined ? [wanted] : reverse !== undefined ? ['PTR'] : ['A', 'AAAA'];
  let text = '';
  let failure: Found | undefined;
  for (const type of types) {
    const answer = yield* lookUp(process, { name: reverse ?? name, type, server, search: reverse === undefined });
    if (answer === undefined) {
      yield* writeText(process.stdout, ';; communications error: timed out\n;; no servers could be reached\n');
      return 1;
    }
    text += answer.records.map((each) => `${each.name.replace(/\.$/, '')} ${SAYS[each.type] ?? each.type} ${each.data}\n`).join('');
    if (answer.rcode !== 'NOERROR') failure ??= answer;
    else if (wanted !== undefined && answer.records.length === 0) text += `${name} has no ${type} record\n`;
  }
  if (text === '' && failure !== undefined) {
    yield* writeText(
      process.stdout,
      `Host ${(reverse ?? name).replace(/\.$/, reverse === undefined ? '' : '.')} not found: ${failure.rcode === 'NXDOMAIN' ? '3(NXDOMAIN)' : `2(${failure.rcode})`}\n`,
    );
    return 1;
  }
  yield* writeText(process.stdout, text);
  return 0;
};
