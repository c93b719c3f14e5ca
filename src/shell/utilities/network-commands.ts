import { NetworkError, type Program } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import { encode, readBytes, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { lookUp, nameServer, RECORD_TYPES, reverseName } from './dns-query.ts';
import { complain } from './input.ts';
import { STATUS_TEXT, all, parseAddress, title, urlOf } from './web.ts';

// The commands about the network that busybox has: wget, nslookup.

/** Busybox's, which is the one in images: `wget -qO- http://web`. */
export const wget: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'qO:T:S',
    long: { quiet: 'q', 'output-document=': 'O', 'timeout=': 'T', spider: 'spider', 'server-response': 'S', 'header=': 'header', 'post-data=': 'post-data', 'no-check-certificate': 'insecure' },
  }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [url] = operands;
  const address = url === undefined ? undefined : parseAddress(url);
  if (url === undefined || address === undefined) {
    yield* writeText(process.stderr, url === undefined ? 'wget: missing URL\n' : `wget: bad address '${url}'\n`);
    return 1;
  }
  const quiet = flags.has('q');
  const headers = Object.fromEntries(
    all(process.argv, '--header').map((header) => [
      header.slice(0, header.indexOf(':')).toLowerCase(),
      header.slice(header.indexOf(':') + 1).trim(),
    ]),
  );
  const data = flags.get('post-data');
  const place = `${address.host}:${address.port}`;
  let target = address.host;
  try {
    if (!/^[\d.]+$/.test(address.host)) target = (yield* process.net.resolve(address.host))[0] ?? address.host;
    if (!quiet) yield* writeText(process.stderr, `Connecting to ${place} (${target}:${address.port})\n`);
    if (address.scheme === 'https' && !flags.has('insecure')) yield* complain(process, 'note: TLS certificate validation not implemented');
    const response = yield* process.net.http({
      method: data === undefined ? 'GET' : 'POST',
      url: urlOf(address),
      headers: { 'user-agent': 'Wget', connection: 'close', ...headers },
      ...(data === undefined ? {} : { body: encode(data) }),
      ...(flags.has('T') ? { timeout: Number(flags.get('T')) * 1000 } : {}),
      tls: { insecure: true },
    });
    if (flags.has('S')) yield* writeText(process.stderr, `  HTTP/1.1 ${response.status} ${STATUS_TEXT[response.status] ?? ''}\n${Object.entries(response.headers).map(([name, value]) => `  ${title(name)}: ${value}\n`).join('')}`); // prettier-ignore
    if (response.status >= 400) {
      yield* complain(process, `server returned error: HTTP/1.1 ${response.status} ${STATUS_TEXT[response.status] ?? ''}`.trimEnd());
      return 1;
    }
    const bytes = yield* readBytes(response.body);
    if (flags.has('spider')) {
      if (!quiet) yield* writeText(process.stderr, 'remote file exists\n');
      return 0;
    }
    const output = flags.get('O') ?? /\/([^/?]+)(\?|$)/.exec(address.path)?.[1] ?? 'index.html';
    if (output === '-') {
      if (!quiet) yield* writeText(process.stderr, 'writing to stdout\n');
      yield* process.stdout.write(bytes);
      if (!quiet) yield* writeText(process.stderr, 'written to stdout\n');
    } else {
      if (!flags.has('O') && process.files.exists(resolvePath(process.cwd, output))) {
        yield* complain(process, `can't open '${output}': File exists`);
        return 1;
      }
      if (!quiet) yield* writeText(process.stderr, `saving to '${output}'\n`);
      if (output !== '/dev/null') process.files.write(resolvePath(process.cwd, output), bytes);
      if (!quiet) yield* writeText(process.stderr, `'${output}' saved\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const reason = {
      ECONNREFUSED: 'Connection refused',
      EHOSTUNREACH: 'Host is unreachable',
      ENETUNREACH: 'Network unreachable',
      ECONNRESET: 'Connection reset by peer',
      ETIMEDOUT: '',
      ENOTFOUND: '',
      ECERT: '',
      EPROTO: '',
    }[error.code];
    if (error.code === 'ENOTFOUND')
      yield* complain(process, `bad address '${address.host}${address.port === 80 || address.port === 443 ? '' : `:${address.port}`}'`);
    else if (error.code === 'ETIMEDOUT')
      yield* complain(process, flags.has('T') ? 'download timed out' : `can't connect to remote host (${target}): Operation timed out`);
    else if (error.code === 'EPROTO' || error.code === 'ECERT') {
      yield* writeText(process.stderr, 'ssl_client: SSL handshake failed\n');
      yield* complain(process, 'error getting response: Connection reset by peer');
    } else yield* complain(process, `can't connect to remote host (${target}): ${reason}`);
    return 1;
  }
};

const SAYS: Readonly<Record<string, string>> = {
  PTR: 'name =', CNAME: 'canonical name =', SRV: 'service =', TXT: 'text =', NS: 'nameserver =', MX: 'mail exchanger =', SOA: 'origin =',
}; // prettier-ignore

/** Busybox's, on the resolver named in `/etc/resolv.conf`: `nslookup [-type=TYPE] NAME [SERVER]`. */
export const nslookup: Program = function* (process) {
  const args = process.argv.slice(1);
  const option = args.find((arg) => arg.startsWith('-'));
  const type = option === undefined ? undefined : /^-(?:type|query|q|t)=(\w+)$/i.exec(option)?.[1]?.toUpperCase();
  if (option !== undefined && (type === undefined || !RECORD_TYPES.has(type))) {
    yield* complain(process, type === undefined ? `invalid option: ${option}` : `invalid query type "${type}"`);
    return 1;
  }
  const [name, asked] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    yield* writeText(process.stderr, 'Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n');
    return 1;
  }
  const server = asked ?? nameServer(process);
  yield* writeText(process.stdout, `Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  const reverse = type === undefined ? reverseName(name) : undefined;
  const wanted = type ?? (reverse === undefined ? 'A' : 'PTR');
  const answer = yield* lookUp(process, { name: reverse ?? name, type: wanted, server: asked, search: reverse === undefined });
  if (answer === undefined) {
    yield* writeText(process.stdout, ';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  const plain = (reverse ?? name).replace(/\.$/, '');
  if (answer.rcode !== 'NOERROR') {
    yield* writeText(process.stdout, `** server can't find ${plain}: ${answer.rcode}\n\n`);
    return 1;
  }
  const text = answer.records
    .map((each) =>
      each.type === 'A' || each.type === 'AAAA'
        ? `Name:\t${each.name.replace(/\.$/, '')}\nAddress: ${each.data}\n`
        : `${each.name.replace(/\.$/, '')}\t${SAYS[each.type] ?? each.type} ${each.data.replace(/\.$/, '')}\n`,
    )
    .join('');
  yield* writeText(process.stdout, `${text === '' ? `*** Can't find ${plain}: No answer\n` : text}\n`);
  return 0;
};
