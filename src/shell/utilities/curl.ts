import { say } from '../../engine/os/daemon.ts';
import { baseName, resolvePath } from '../../engine/os/path.ts';
import { NetworkError, type HttpResponse, type Process, type Program } from '../../engine/os/process.ts';
import { run, suspend, type Task } from '../../engine/os/task.ts';
import { encode, readAll, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { toBase64 } from './base64.ts';
import { failureOf, Narrator, readClientTls, TlsFileError } from './curl-tls.ts';
import { STATUS_TEXT, all, parseAddress, title, urlOf, type Address } from './web.ts';

type Flags = ReadonlyMap<string, string>;

export const curl: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'sSfvikLIo:OX:H:d:m:w:A:G4NE:u:',
    long: { silent: 's', 'show-error': 'S', fail: 'f', verbose: 'v', include: 'i', insecure: 'k', location: 'L', head: 'I', 'output=': 'o', 'request=': 'X', 'header=': 'H', 'data=': 'd', 'data-raw=': 'd', 'data-binary=': 'd', 'max-time=': 'm', 'connect-timeout=': 'connect-timeout', 'write-out=': 'w', get: 'G', 'retry-delay=': 'retry-delay', 'retry-connrefused': 'retry-connrefused', 'retry-all-errors': 'retry-all-errors', 'user-agent=': 'A', 'no-progress-meter': 's', 'no-buffer': 'N', 'retry=': 'retry', 'cacert=': 'cacert', 'cert=': 'E', 'key=': 'key', 'user=': 'u', 'json=': 'json', 'resolve=': 'resolve', 'http1.1': 'http1.1', 'tlsv1.2': 'tlsv1.2', 'tlsv1.3': 'tlsv1.3' },
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

// What these ask for would silently not happen.
const CURL_REFUSED = [
  '--capath', '-F', '--form', '-T', '--upload-file', '-x', '--proxy', '-b', '--cookie', '-c', '--cookie-jar', '-K', '--config', '-r',
  '--range', '-e', '--referer', '-6', '--ipv6', '-g', '--globoff', '--http2', '--unix-socket', '--data-urlencode', '--compressed', '-D',
  '--dump-header', '-z', '--limit-rate', '--parallel', '-Z', '-#', '--progress-bar', '--connect-to',
]; // prettier-ignore

const TRANSIENT = new Set([408, 429, 500, 502, 503, 504, 522, 524]);

/** `--retry`: again after one second, two, four … (or `--retry-delay`) while the failure may pass. */
function* fetchAgain(process: Process, flags: Flags, url: string): Task<number> {
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
function* fetchWithCurl(process: Process, flags: Flags, url: string, again: (status: number) => boolean): Task<number> {
  const fail = function* (code: number, text: string): Task<number> {
    if (!flags.has('s') || flags.has('S')) yield* writeText(process.stderr, `curl: (${code}) ${text}\n`);
    return code;
  };
  const began = process.now();
  try {
    return yield* transfer(process, flags, url, again, began, fail);
  } catch (error) {
    if (error instanceof TlsFileError) return yield* fail(error.code, error.message);
    throw error;
  }
}

function* transfer(
  process: Process,
  flags: Flags,
  url: string,
  again: (status: number) => boolean,
  began: number,
  fail: (code: number, text: string) => Task<number>,
): Task<number> {
  let address = parseAddress(url);
  if (address === undefined) return yield* fail(3, 'URL rejected: Malformed input to a URL function');
  if (address.scheme !== 'http' && address.scheme !== 'https') return yield* fail(1, `Protocol "${address.scheme}" not supported`);
  const headers: Record<string, string> = { 'user-agent': flags.get('A') ?? 'curl/8.14.1', accept: '*/*' };
  for (const header of all(process.argv, '-H', '--header')) {
    const colon = header.indexOf(':');
    if (colon > 0) headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
  }
  const user = flags.get('u');
  if (user !== undefined) headers['authorization'] ??= `Basic ${toBase64(encode(user.includes(':') ? user : `${user}:`))}`;
  let body: Uint8Array | undefined;
  const json = flags.get('json');
  if (json !== undefined) {
    headers['content-type'] ??= 'application/json';
    headers['accept'] = 'application/json';
  }
  const data = json ?? all(process.argv, '-d', '--data', '--data-raw', '--data-binary').join('&');
  if (flags.has('d') && flags.has('G')) address = { ...address, path: `${address.path}${address.path.includes('?') ? '&' : '?'}${data}` };
  else if (flags.has('d') || json !== undefined) {
    body =
      data === '@-'
        ? encode(yield* readAll(process.stdin))
        : data.startsWith('@')
          ? process.files.read(resolvePath(process.cwd, data.slice(1)))
          : encode(data);
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
  }
  const limit = flags.get('m') === undefined ? undefined : Number(flags.get('m')) * 1000;
  const connectLimit = flags.get('connect-timeout');
  const method = flags.get('X') ?? (flags.has('I') ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  const tls = address.scheme === 'https' || flags.has('L') ? readClientTls(process, flags) : {};
  let response: HttpResponse;
  let narrator: Narrator;
  for (let hops = 0; ; hops++) {
    narrator = new Narrator(process, flags, address, method, headers);
    const { dialled, host } = redirected(process, address);
    try {
      response = yield* process.net.http({
        method,
        url: urlOf(dialled),
        headers: host === undefined ? headers : { ...headers, host: headers['host'] ?? host },
        ...(body === undefined ? {} : { body }),
        ...(limit === undefined ? {} : { timeout: limit }),
        ...(connectLimit === undefined ? {} : { connectTimeout: Number(connectLimit) * 1000 }),
        tls: { ...tls, serverName: address.host },
        onProgress: (progress) => narrator.progress(progress),
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const failure = failureOf(error, { address, took: process.now() - began, limit, connectLimit, connected: narrator.connected });
      narrator.failed(failure.text.split('\n')[0] as string);
      return yield* fail(failure.code, failure.text);
    }
    const location = response.headers['location'];
    if (!flags.has('L') || location === undefined || response.status < 300 || response.status >= 400) break;
    if (hops >= 50) return yield* fail(47, 'Maximum (50) redirects followed');
    address = location.startsWith('/') ? { ...address, path: location } : (parseAddress(location) ?? address);
  }
  if (again(response.status)) return 0;
  const statusLine = `HTTP/1.1 ${response.status} ${STATUS_TEXT[response.status] ?? ''}`.trimEnd();
  const headText = [statusLine, ...Object.entries(response.headers).map(([name, value]) => `${title(name)}: ${value}`)];
  if (flags.has('v'))
    yield* writeText(process.stderr, `* Request completely sent off\n${headText.map((line) => `< ${line}\n`).join('')}< \n`);
  if (flags.has('f') && response.status >= 400) {
    response.body.close();
    return yield* fail(22, `The requested URL returned error: ${response.status}`);
  }
  const output = flags.get('o') ?? (flags.has('O') ? baseName(address.path) : undefined);
  const file = output === undefined || output === '-' || output === '/dev/null' ? undefined : resolvePath(process.cwd, output);
  if (file !== undefined) process.files.write(file, new Uint8Array());
  let size = 0;
  if (flags.has('i') || flags.has('I')) yield* writeText(process.stdout, `${headText.map((line) => `${line}\r\n`).join('')}\r\n`);
  const left = limit === undefined ? undefined : Math.max(0, limit - (process.now() - began));
  const receive = function* (): Task<void> {
    for (let chunk = yield* response.body.read(); chunk !== undefined; chunk = yield* response.body.read()) {
      size += chunk.length;
      if (file !== undefined) process.files.write(file, chunk, { append: true });
      else if (output !== '/dev/null') yield* process.stdout.write(chunk);
    }
  };
  try {
    if (flags.has('I')) response.body.close();
    else if (!(yield* finishes(process, receive(), left))) {
      response.body.close();
      return yield* fail(28, `Operation timed out after ${process.now() - began} milliseconds with ${size} bytes received`);
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return yield* fail(18, 'transfer closed with outstanding read data remaining');
  }
  if (flags.has('v')) yield* writeText(process.stderr, `* Connection #0 to host ${address.host} left intact\n`);
  yield* writeOut(process, flags, { status: response.status, size, began, address });
  return 0;
}

/** Whether a task ended before its time was up; what it did is given up then. */
function* finishes(process: Process, task: Task<void>, limit: number | undefined): Task<boolean> {
  if (limit === undefined) {
    yield* task;
    return true;
  }
  return yield* suspend<boolean>((resume, fail) => {
    const timer = run(process.sleep(limit), () => (running.kill(), resume(false)), fail); // prettier-ignore
    const ended =
      <T>(act: (value: T) => void): ((value: T) => void) =>
      (value) => (timer.kill(), act(value));
    const running = run(task, ended(() => resume(true)), ended(fail)); // prettier-ignore
    return () => {
      timer.kill();
      running.kill();
    };
  });
}

/** `--resolve HOST:PORT:ADDRESS`: the name stays in the request, the address is dialled. */
function redirected(process: Process, address: Address): { dialled: Address; host?: string } {
  for (const entry of all(process.argv, '--resolve')) {
    const [, host, port, ip] = /^\+?([^:]+):(\d+):(.+)$/.exec(entry) ?? [];
    if (host !== address.host || Number(port) !== address.port || ip === undefined) continue;
    const usual = address.port === (address.scheme === 'https' ? 443 : 80);
    return { dialled: { ...address, host: ip }, host: usual ? address.host : `${address.host}:${address.port}` };
  }
  return { dialled: address };
}

function* writeOut(
  process: Process,
  flags: Flags,
  { status, size, began, address }: { status: number; size: number; began: number; address: Address },
): Task<void> {
  const format = flags.get('w');
  if (format === undefined) return;
  const values: Readonly<Record<string, string>> = {
    http_code: String(status).padStart(3, '0'),
    response_code: String(status),
    time_total: ((process.now() - began) / 1000).toFixed(6),
    size_download: String(size),
    url_effective: urlOf(address),
  };
  for (const [, name = ''] of format.matchAll(/%\{(\w+)\}/g))
    if (values[name] === undefined) say(process.stderr, `curl: unknown --write-out variable: '${name}'\n`);
  yield* writeText(process.stdout, format.replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '').replaceAll('\\n', '\n').replaceAll('\\t', '\t')); // prettier-ignore
}
