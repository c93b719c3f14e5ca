import { defaultPath } from './config/stanzas.ts';
import type { ApiAnswer, ApiCall } from './transport.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Flags } from './flags.ts';
import type { KubeConfig } from './kubeconfig.ts';

/** What the log needs of a session. */
interface Told {
  readonly process: Process;
  readonly flags: Flags;
  readonly config: KubeConfig;
}

// `-v=6` to `-v=9`: what client-go says of each exchange, in klog's form.

/** Bytes of a body that level 8 shows; 9 shows all of it. */
const SHOWN = 1024;

/** A line of klog: severity and day, time, process, place in the source. */
export function klogLine({ process }: Told, severity: 'I' | 'W' | 'E' | 'F', place: string, message: string): string {
  const at = new Date(process.now()).toISOString();
  return `${severity}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000 ${String(process.pid).padStart(7)} ${place}] ${message}\n`;
}

export function configLog(session: Told): string {
  if (session.flags.int('v') < 6) return '';
  return klogLine(session, 'I', 'loader.go:402', `Config loaded from file:  ${defaultPath(session.process, session.flags)}`);
}

export function requestLog(session: Told, call: ApiCall): string {
  const level = session.flags.int('v');
  if (level < 7) return '';
  const body = call.body === undefined ? '' : typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
  const headers = Object.entries(call.headers ?? {}).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => [headerName(name), each] as const),
  );
  const said =
    level >= 9
      ? `"Request" ${pair('curlCommand', `curl -v -X${call.method} ${headers.map(([name, value]) => ` -H "${name}: ${value}"`).join('')} '${urlOf(session, call)}'`)}`
      : `"Request" ${pair('verb', call.method)} ${pair('url', urlOf(session, call))} ${pair('headers', headers.map(([name, value]) => `${name}: ${value}\n`).join(''))}`;
  const content =
    level >= 8 && body !== '' ? klogLine(session, 'I', 'helper.go:250', `"Request Body" ${pair('body', truncated(body, level))}`) : '';
  return content + klogLine(session, 'I', 'round_trippers.go:527', said);
}

export function responseLog(session: Told, call: ApiCall, answer: ApiAnswer, took: number): string {
  const level = session.flags.int('v');
  if (level < 6) return '';
  const status = pair('status', `${answer.code} ${STATUS[answer.code] ?? ''}`.trim());
  const headers = Object.entries(answer.headers)
    .flatMap(([name, value]) => (typeof value === 'string' ? [value] : value).map((each) => `${headerName(name)}: ${each}\n`))
    .join('');
  const target = level === 6 ? ` ${pair('verb', call.method)} ${pair('url', urlOf(session, call))}` : '';
  const head = level >= 8 ? ` ${pair('headers', headers)}` : level === 7 ? ' headers=""' : '';
  const line = klogLine(session, 'I', 'round_trippers.go:632', `"Response"${target} ${status}${head} milliseconds=${Math.round(took)}`);
  if (level < 8 || answer.stream !== undefined || answer.body === undefined) return line;
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return line + klogLine(session, 'I', 'helper.go:246', `"Response Body" ${pair('body', truncated(body, level))}`);
}

export function urlOf(session: Pick<Told, 'config'>, call: ApiCall): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(call.query ?? {}))
    for (const each of typeof value === 'string' ? [value] : value) query.append(key, each);
  query.sort();
  const search = query.toString();
  return `${session.config.server}${call.path}${search === '' ? '' : `?${search}`}`;
}

/** As klog writes a value: text of several lines stands on lines of its own. */
export function pair(key: string, value: string): string {
  if (!value.includes('\n')) return `${key}=${JSON.stringify(value)}`;
  return `${key}=<\n${value
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `\t${line}\n`)
    .join('')} >`;
}

function truncated(body: string, level: number): string {
  if (level >= 9 || body.length <= SHOWN) return body;
  return `${body.slice(0, SHOWN)} [truncated ${body.length - SHOWN} chars]`;
}

function headerName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`);
}

const STATUS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 409: 'Conflict', 410: 'Gone',
  413: 'Request Entity Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore
