import { NetworkError, type HttpResponse, type Process, type Program } from '../../engine/os/process.ts';
import { baseName, resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll, readBytes, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';

// The commands about the network: curl, wget, nslookup, nc -z.

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore

interface Address {
  scheme: string;
  host: string;
  port: number;
  path: string;
}

/** `http://host:port/path`, scheme and path optional. */
function parseAddress(text: string): Address | undefined {
  const found = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?([/?][^#]*)?/i.exec(text);
  if (found === null) return undefined;
  const scheme = (found[1] ?? 'http').toLowerCase();
  const path = found[4] ?? '/';
  return {
    scheme,
    host: found[2] as string,
    port: Number(found[3] ?? (scheme === 'https' ? 443 : 80)),
    path: path.startsWith('?') ? `/${path}` : path,
  };
}

function urlOf({ scheme, host, port, path }: Address): string {
  return `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`;
}

function all(argv: readonly string[], ...names: string[]): string[] {
  return argv.flatMap((arg, i) => {
    if (names.includes(argv[i - 1] ?? '')) return [arg];
    const attached = names.find((name) =>
      name.startsWith('--')
        ? arg.startsWith(`${name}=`)
        : name.length === 2 && arg.startsWith(name) && arg.length > 2 && !arg.startsWith('--'),
    );
    return attached === undefined ? [] : [arg.slice(attached.length + (attached.startsWith('--') ? 1 : 0))];
  });
}

export const curl: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'sSfvikLIo:OX:H:d:m:w:A:G4N',
    long: { silent: 's', 'show-error': 'S', fail: 'f', verbose: 'v', include: 'i', insecure: 'k', location: 'L', head: 'I', 'output=': 'o', 'request=': 'X', 'header=': 'H', 'data=': 'd', 'data-raw=': 'd', 'data-binary=': 'd', 'max-time=': 'm', 'connect-timeout=': 'connect-timeout', 'write-out=': 'w', get: 'G', 'retry-delay=': 'retry-delay', 'retry-connrefused': 'retry-connrefused', 'retry-all-errors': 'retry-all-errors', 'user-agent=': 'A', 'no-progress-meter': 's', 'no-buffer': 'N', 'retry=': 'retry' },
    refused: CURL_REFUSED,
    status: 2,
    says: (what) => (what.endsWith('not modelled here') ? `curl: ${what}` : `curl: option ${/'(.*)'/.exec(what)?.[1]?.replace(/^(?=[^-])/, '-') ?? what}: ${what.startsWith('option requires') || what.endsWith('requires an argument') ? 'requires parameter' : 'is unknown'}\ncurl: try 'curl --help' or 'curl --manual' for more information`),
  }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length === 0) {
    yield* writeText(process.stderr, "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  let status = 0;
  for (const url of operands) status = yield* fetchAgain(process, flags, url);
  return status;
};

// The virtual network has no TLS and no logins; what these ask for would silently not happen.
const CURL_REFUSED = [
  '--cacert', '--capath', '--cert', '-E', '--key', '-u', '--user', '-F', '--form', '-T', '--upload-file', '-x', '--proxy', '-b', '--cookie', '-c',
  '--cookie-jar', '-K', '--config', '-r', '--range', '-e', '--referer', '-6', '--ipv6', '-g', '--globoff', '--resolve', '--http2', '--unix-socket',
  '--data-urlencode', '--json', '--compressed', '-D', '--dump-header', '-z', '--limit-rate', '--parallel', '-Z', '-#', '--progress-bar',
]; // prettier-ignore

const TRANSIENT = new Set([408, 429, 500, 502, 503, 504, 522, 524]);

/** `--retry`: again after one second, two, four … (or `--retry-delay`) while the failure may pass. */
function* fetchAgain(process: Process, flags: ReadonlyMap<string, string>, url: string): Task<number> {
  const attempts = Number(flags.get('retry') ?? 0);
  const given = Number(flags.get('retry-delay') ?? 0);
  for (let left = attempts, delay = 1; ; left--, delay = Math.min(600, delay * 2)) {
    let httpStatus = 0;
    const code = yield* fetchWithCurl(process, flags, url, (status) => {
      httpStatus = status;
      return left > 0 && (TRANSIENT.has(status) || (flags.has('retry-all-errors') && status >= 400));
    });
    const problem =
      TRANSIENT.has(httpStatus) || (flags.has('retry-all-errors') && httpStatus >= 400)
        ? 'HTTP error'
        : code === 28
          ? 'timeout'
          : code === 7 && (flags.has('retry-connrefused') || flags.has('retry-all-errors'))
            ? 'connection refused'
            : code !== 0 && flags.has('retry-all-errors')
              ? '(retrying all errors)'
              : undefined;
    if (problem === undefined || left <= 0) return code;
    const wait = given > 0 ? given : delay;
    if (!flags.has('s') || flags.has('S'))
      yield* writeText(
        process.stderr,
        `Warning: Problem: ${problem}. Will retry in ${wait} second${wait === 1 ? '' : 's'}. ${left} ${left === 1 ? 'retry' : 'retries'} left.\n`,
      );
    yield* process.sleep(wait * 1000);
  }
}

/** `again`: the answer is a failure that will be tried once more, so it is not shown. */
function* fetchWithCurl(
  process: Process,
  flags: ReadonlyMap<string, string>,
  url: string,
  again: (status: number) => boolean,
): Task<number> {
  const fail = function* (code: number, text: string): Task<number> {
    if (!flags.has('s') || flags.has('S')) yield* writeText(process.stderr, `curl: (${code}) ${text}\n`);
    return code;
  };
  let address = parseAddress(url);
  if (address === undefined) return yield* fail(3, 'URL rejected: Malformed input to a URL function');
  if (address.scheme !== 'http' && address.scheme !== 'https') return yield* fail(1, `Protocol "${address.scheme}" not supported`);
  const headers: Record<string, string> = { 'user-agent': flags.get('A') ?? 'curl/8.14.1', accept: '*/*' };
  for (const header of all(process.argv, '-H', '--header')) {
    const colon = header.indexOf(':');
    if (colon > 0) headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
  }
  let body: Uint8Array | undefined;
  const data = all(process.argv, '-d', '--data', '--data-raw', '--data-binary').join('&');
  if (flags.has('d') && flags.has('G')) address = { ...address, path: `${address.path}${address.path.includes('?') ? '&' : '?'}${data}` };
  else if (flags.has('d')) {
    body =
      data === '@-'
        ? encode(yield* readAll(process.stdin))
        : data.startsWith('@')
          ? process.files.read(resolvePath(process.cwd, data.slice(1)))
          : encode(data);
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
  }
  const limit = flags.get('m');
  const connectLimit = flags.get('connect-timeout');
  const method = flags.get('X') ?? (flags.has('I') ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  const timeout = limit ?? connectLimit;
  const began = process.now();
  let response: HttpResponse;
  for (let hops = 0; ; hops++) {
    try {
      if (flags.has('v')) yield* writeText(process.stderr, `> ${method} ${address.path} HTTP/1.1\n> Host: ${address.host}${/^(80|443)$/.test(String(address.port)) ? '' : `:${address.port}`}\n${Object.entries(headers).map(([name, value]) => `> ${title(name)}: ${value}\n`).join('')}> \n`); // prettier-ignore
      response = yield* process.net.http({
        method,
        url: urlOf(address),
        headers,
        ...(body === undefined ? {} : { body }),
        ...(timeout === undefined ? {} : { timeout: Number(timeout) * 1000 }),
        tls: { insecure: flags.has('k') },
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const took = process.now() - began;
      const place = `${address.host} port ${address.port} after ${took} ms`;
      switch (error.code) {
        case 'ENOTFOUND':
          return yield* fail(6, `Could not resolve host: ${address.host}`);
        case 'ETIMEDOUT':
          return yield* fail(
            28,
            limit === undefined
              ? `Failed to connect to ${place}: ${connectLimit === undefined ? "Couldn't connect to server" : 'Timeout was reached'}`
              : `Connection timed out after ${took} milliseconds`,
          );
        case 'ECONNRESET':
          return yield* fail(56, 'Recv failure: Connection reset by peer');
        default:
          return yield* fail(
            7,
            `Failed to connect to ${place}: ${error.code === 'EHOSTUNREACH' ? 'No route to host' : "Couldn't connect to server"}`,
          );
      }
    }
    const location = response.headers['location'];
    if (!flags.has('L') || location === undefined || response.status < 300 || response.status >= 400) break;
    if (hops >= 50) return yield* fail(47, 'Maximum (50) redirects followed');
    address = location.startsWith('/') ? { ...address, path: location } : (parseAddress(location) ?? address);
  }
  if (again(response.status)) return 0;
  const statusLine = `HTTP/1.1 ${response.status} ${STATUS_TEXT[response.status] ?? ''}`.trimEnd();
  const headText = [statusLine, ...Object.entries(response.headers).map(([name, value]) => `${title(name)}: ${value}`)];
  if (flags.has('v')) yield* writeText(process.stderr, `${headText.map((line) => `< ${line}\n`).join('')}< \n`);
  if (flags.has('f') && response.status >= 400) return yield* fail(22, `The requested URL returned error: ${response.status}`);
  const output = flags.get('o') ?? (flags.has('O') ? baseName(address.path) : undefined);
  const file = output === undefined || output === '-' || output === '/dev/null' ? undefined : resolvePath(process.cwd, output);
  if (file !== undefined) process.files.write(file, new Uint8Array());
  let size = 0;
  if (flags.has('i') || flags.has('I')) yield* writeText(process.stdout, `${headText.map((line) => `${line}\r\n`).join('')}\r\n`);
  if (!flags.has('I')) {
    for (let chunk = yield* response.body.read(); chunk !== undefined; chunk = yield* response.body.read()) {
      size += chunk.length;
      if (file !== undefined) process.files.write(file, chunk, { append: true });
      else if (output !== '/dev/null') yield* process.stdout.write(chunk);
    }
  }
  const format = flags.get('w');
  if (format !== undefined) {
    const seconds = ((process.now() - began) / 1000).toFixed(6);
    const values: Readonly<Record<string, string>> = {
      http_code: String(response.status).padStart(3, '0'),
      response_code: String(response.status),
      time_total: seconds,
      size_download: String(size),
      url_effective: urlOf(address),
    };
    for (const [, name = ''] of format.matchAll(/%\{(\w+)\}/g))
      if (values[name] === undefined) yield* writeText(process.stderr, `curl: unknown --write-out variable: '${name}'\n`);
    yield* writeText(process.stdout, format.replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '').replaceAll('\\n', '\n').replaceAll('\\t', '\t')); // prettier-ignore
  }
  return 0;
}

function title(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());
}

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
    const response = yield* process.net.http({
      method: data === undefined ? 'GET' : 'POST',
      url: urlOf(address),
      headers: { 'user-agent': 'Wget', connection: 'close', ...headers },
      ...(data === undefined ? {} : { body: encode(data) }),
      ...(flags.has('T') ? { timeout: Number(flags.get('T')) * 1000 } : {}),
      tls: { insecure: flags.has('insecure') },
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
    }[error.code];
    if (error.code === 'ENOTFOUND')
      yield* complain(process, `bad address '${address.host}${address.port === 80 || address.port === 443 ? '' : `:${address.port}`}'`);
    else if (error.code === 'ETIMEDOUT')
      yield* complain(process, flags.has('T') ? 'download timed out' : `can't connect to remote host (${target}): Operation timed out`);
    else yield* complain(process, `can't connect to remote host (${target}): ${reason}`);
    return 1;
  }
};

/** Busybox's, on the resolver named in `/etc/resolv.conf`. */
export const nslookup: Program = function* (process) {
  const option = process.argv.slice(1).find((arg) => arg.startsWith('-') && !/^-(type|query|q)=A$/i.test(arg));
  if (option !== undefined) {
    yield* complain(
      process,
      /^-(type|query|q)=/.test(option) ? `${option}: only A records are modelled here` : `invalid option: ${option}`,
    );
    return 1;
  }
  const [name] = process.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    yield* writeText(process.stderr, 'Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n');
    return 1;
  }
  const config = process.files.exists('/etc/resolv.conf') ? decode(process.files.read('/etc/resolv.conf')) : '';
  const server = /^nameserver\s+(\S+)/m.exec(config)?.[1] ?? '127.0.0.1';
  yield* writeText(process.stdout, `Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  try {
    const addresses = yield* process.net.resolve(name);
    yield* writeText(process.stdout, `${addresses.map((address) => `Name:\t${name}\nAddress: ${address}\n`).join('')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ENOTFOUND') yield* writeText(process.stdout, `** server can't find ${name}: NXDOMAIN\n\n`);
    else yield* writeText(process.stdout, ';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
};
