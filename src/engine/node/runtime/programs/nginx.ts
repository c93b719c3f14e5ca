import {
  FileError,
  type HttpHandler,
  type Process,
  type Program,
  type SignalName,
  type ServedRequest,
  type ServedResponse,
  type ServerTls,
} from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { decode, encode, writeText } from '../../../os/text.ts';
import { say, untilSignal } from '../../../os/daemon.ts';
import { ConfigError, readServers, type Server } from './nginx-config.ts';
import { directoryTrouble, USER_IGNORED } from './nginx-directories.ts';
import { plainAnswer, withCertificate, type Loaded } from './nginx-tls.ts';
import { contentType, serveFile } from './static-files.ts';

const MASTER = ['nginx: master process nginx -g daemon off;'];
const MEMORY = 8 * 1024 * 1024;

/** The image's entrypoint script: its notices, then the command. */
export const nginxEntrypoint: Program = function* entrypoint(process: Process): Task<number> {
  const command = process.argv[1];
  if (command === 'nginx' || command === 'nginx-debug') {
    yield* process.stdout.write(NOTICES);
    return yield* serve(process, process.argv.slice(2));
  }
  if (process.exec === undefined) throw new Error('nginx entrypoint needs a host that can exec');
  return yield* process.exec(process.argv.slice(1));
};

const SCRIPT = '/docker-entrypoint.sh';
const NOTICES = encode(
  [
    `${SCRIPT}: /docker-entrypoint.d/ is not empty, will attempt to perform configuration`,
    `${SCRIPT}: Looking for shell scripts in /docker-entrypoint.d/`,
    `${SCRIPT}: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh`,
    '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
    '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
    `${SCRIPT}: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh`,
    `${SCRIPT}: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh`,
    `${SCRIPT}: Launching /docker-entrypoint.d/30-tune-worker-processes.sh`,
    `${SCRIPT}: Configuration complete; ready for start up`,
    '',
  ].join('\n'),
);

export const nginx: Program = (process) => serve(process, process.argv.slice(1));

function* serve(process: Process, args: readonly string[]): Task<number> {
  const version = process.env.get('NGINX_VERSION') ?? '1.27.5';
  if (args.includes('-v')) {
    yield* writeText(process.stderr, `nginx version: nginx/${version}\n`);
    return 0;
  }
  if (args.includes('-s')) return yield* signalMaster(process, args[args.indexOf('-s') + 1] ?? '');
  const test = args.includes('-t') || args.includes('-T');
  let servers: Loaded[];
  try {
    servers = load(process);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (test)
      yield* writeText(process.stderr, `nginx: [emerg] ${error.message}\nnginx: configuration file /etc/nginx/nginx.conf test failed\n`);
    else
      yield* writeText(
        process.stderr,
        `${stamp(process)} [emerg] ${process.pid}#${process.pid}: ${error.message}\nnginx: [emerg] ${error.message}\n`,
      );
    return 1;
  }
  if (test) {
    yield* writeText(
      process.stderr,
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    );
    // -T: the configuration as it is read, file after file.
    if (args.includes('-T'))
      for (const { path, text } of configuration(process)) yield* writeText(process.stdout, `# configuration file ${path}:\n${text}\n`);
    return 0;
  }
  const notice = (...texts: readonly string[]): void => {
    const head = `${stamp(process)} [notice] ${process.pid}#${process.pid}: `;
    say(process.stderr, texts.map((text) => `${head}${text}\n`).join(''));
  };
  if (process.system !== undefined && process.system.user !== 'root') emit(process, 'warn', USER_IGNORED);
  const trouble = directoryTrouble(process);
  if (trouble !== undefined) {
    emit(process, 'emerg', trouble);
    return 1;
  }
  process.retitle?.(MASTER);
  process.use({ memory: MEMORY, cpu: 1 });
  const state = { servers };
  const ports = [...new Set(servers.flatMap((server) => server.ports))];
  for (const port of ports)
    if (!(yield* listen(process, port, () => process.net.serveHttp(port, handler(process, state, port), tlsOf(state, port))))) return 1;
  notice('using the "epoll" event method', `nginx/${version}`, 'start worker processes', 'start worker process 29');
  process.onSignal('HUP', () => {
    notice('signal 1 (SIGHUP) received, reconfiguring');
    try {
      state.servers = load(process);
      for (const port of new Set(state.servers.flatMap((server) => server.ports))) {
        if (ports.includes(port)) continue;
        ports.push(port);
        process.net.serveHttp(port, handler(process, state, port), tlsOf(state, port));
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      say(process.stderr, `${stamp(process)} [emerg] ${process.pid}#${process.pid}: ${error.message}\n`);
    }
  });
  // nginx: QUIT finishes what is being served, TERM and INT end at once. The image's STOPSIGNAL is QUIT.
  const last = yield* untilSignal(process, ['QUIT', 'TERM', 'INT']);
  notice(
    last === 'QUIT' ? 'signal 3 (SIGQUIT) received, shutting down' : `signal ${last === 'TERM' ? 15 : 2} (SIG${last}) received, exiting`,
  );
  notice('worker process 29 exited with code 0', 'exit');
  return 0;
}

/** Said twice while it starts: to its log, and to who started it. */
function emit(process: Process, level: 'warn' | 'emerg', text: string): void {
  say(process.stderr, `${stamp(process)} [${level}] ${process.pid}#${process.pid}: ${text}\nnginx: [${level}] ${text}\n`);
}

/** nginx tries five times, half a second apart, to get a port that somebody else has. */
function* listen(process: Process, port: number, bind: () => void): Task<boolean> {
  const complain = (text: string): void => emit(process, 'emerg', text);
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      bind();
      return true;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('bind: Address already in use')) throw error;
      complain(`bind() to 0.0.0.0:${port} failed (98: Address already in use)`);
    }
    say(process.stderr, `${stamp(process)} [notice] ${process.pid}#${process.pid}: try again to bind() after 500ms\n`);
    yield* process.sleep(500);
  }
  complain('still could not bind()');
  return false;
}

const SIGNALS: Readonly<Record<string, SignalName>> = { reload: 'HUP', quit: 'QUIT', stop: 'TERM', reopen: 'USR1' };

/** `nginx -s reload`: tells the master process. */
function* signalMaster(process: Process, name: string): Task<number> {
  const signal = SIGNALS[name];
  if (signal === undefined) {
    yield* writeText(process.stderr, `nginx: invalid option: "-s ${name}"\n`);
    return 1;
  }
  try {
    load(process);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    yield* writeText(
      process.stderr,
      `${stamp(process)} [emerg] ${process.pid}#${process.pid}: ${error.message}\nnginx: [emerg] ${error.message}\n`,
    );
    return 1;
  }
  const master = process.system
    ?.processes()
    .find(({ pid, argv }) => pid !== process.pid && argv.some((arg) => /^nginx: master|(^|\/)(nginx|docker-entrypoint\.sh)$/.test(arg)));
  if (master === undefined) {
    yield* writeText(
      process.stderr,
      `${stamp(process)} [error] ${process.pid}#${process.pid}: open() "/run/nginx.pid" failed (2: No such file or directory)\nnginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n`,
    );
    return 1;
  }
  yield* writeText(process.stderr, `${stamp(process)} [notice] ${process.pid}#${process.pid}: signal process started\n`);
  process.system?.kill(master.pid, signal);
  return 0;
}

function load(process: Process): Loaded[] {
  return readServers(configuration(process)).map((server) => withCertificate(server, process.files));
}

function configuration({ files }: Process): { path: string; text: string }[] {
  const paths = files.exists('/etc/nginx/conf.d')
    ? files
        .list('/etc/nginx/conf.d')
        .filter((name) => name.endsWith('.conf'))
        .map((name) => `/etc/nginx/conf.d/${name}`)
    : [];
  if (files.exists('/etc/nginx/nginx.conf')) paths.unshift('/etc/nginx/nginx.conf');
  return paths.sort().map((path) => ({ path, text: decode(files.read(path)) }));
}

function handler(process: Process, state: { servers: Loaded[] }, port: number): HttpHandler {
  return (request) => {
    const candidates = state.servers.filter(({ ports }) => ports.includes(port));
    const host = (request.headers['host'] ?? '').replace(/:\d+$/, '');
    const server = candidates.find(({ names }) => names.includes(host)) ?? candidates[0];
    const response = server === undefined ? page(404, 'Not Found') : answer(process, server, request);
    const { body = '' } = response;
    const size = typeof body === 'string' ? new TextEncoder().encode(body).length : body instanceof Uint8Array ? body.length : 0;
    const agent = request.headers['user-agent'] ?? '-';
    const forwarded = request.headers['x-forwarded-for'] ?? '-';
    say(
      process.stdout,
      `${request.remote} - - [${commonLogTime(process)}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${size} "${request.headers['referer'] ?? '-'}" "${agent}" "${forwarded}"\n`,
    );
    return {
      ...response,
      headers: {
        server: `nginx/${process.env.get('NGINX_VERSION') ?? '1.27.5'}`,
        date: new Date(process.now()).toUTCString(),
        connection: 'keep-alive',
        ...response.headers,
      },
    };
  };
}

/** Where TLS is spoken on a port: the certificate of the server that is asked for by name. */
function tlsOf(state: { servers: Loaded[] }, port: number): ((serverName: string) => ServerTls) | undefined {
  if (!state.servers.some(({ tlsPorts }) => tlsPorts.includes(port))) return undefined;
  return (serverName) => {
    const candidates = state.servers.filter(({ tlsPorts }) => tlsPorts.includes(port));
    const server = candidates.find(({ names }) => names.includes(serverName)) ?? candidates[0];
    return { certificate: server?.pem ?? '', plainAnswer };
  };
}

function answer(process: Process, server: Server, request: ServedRequest): ServedResponse {
  const path = decodePath(request.path.split('?')[0] as string);
  const matching = server.locations.filter((location) => (location.exact ? path === location.path : path.startsWith(location.path)));
  const location = matching.find(({ exact }) => exact) ?? matching.sort((a, b) => b.path.length - a.path.length)[0];
  const fixed = location?.answer ?? server.answer;
  if (fixed !== undefined) {
    if (fixed.status >= 300 && fixed.status < 400)
      return { ...page(fixed.status, 'Moved'), headers: { location: fixed.body, 'content-type': 'text/html' } };
    return { status: fixed.status, body: fixed.body, headers: { 'content-type': 'application/octet-stream' } };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return page(405, 'Not Allowed');
  const root = location?.root ?? server.root;
  const found = serveFile(process.files, root, path, location?.index ?? server.index);
  if (found.kind === 'file')
    return { status: 200, body: found.bytes, headers: { 'content-type': contentType(found.path), 'accept-ranges': 'bytes' } };
  if (found.kind === 'directory')
    return {
      ...page(301, 'Moved Permanently'),
      headers: { location: `http://${request.headers['host'] ?? ''}${path}/`, 'content-type': 'text/html' },
    };
  const reason =
    found.error instanceof FileError && found.error.code === 'EACCES' ? '13: Permission denied' : '2: No such file or directory';
  const verb = found.kind === 'forbidden' ? `directory index of "${found.path}" is forbidden` : `open() "${found.path}" failed (${reason})`;
  say(
    process.stderr,
    `${stamp(process)} [error] 29#29: *1 ${verb}, client: ${request.remote}, server: ${server.names[0] ?? ''}, request: "${request.method} ${request.path} HTTP/1.1", host: "${request.headers['host'] ?? ''}"\n`,
  );
  return found.kind === 'forbidden' || reason.startsWith('13') ? page(403, 'Forbidden') : page(404, 'Not Found');
}

function page(status: number, text: string): ServedResponse {
  const title = `${status} ${text}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.27.5</center>\r\n</body>\r\n</html>\r\n`;
  return { status, body, headers: { 'content-type': 'text/html' } };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function stamp(process: Process): string {
  return new Date(process.now()).toISOString().slice(0, 19).replace(/-/g, '/').replace('T', ' ');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `05/Jan/2026:09:00:00 +0000`: the time in web servers' access logs. */
export function commonLogTime(process: Process): string {
  const [date = '', time = ''] = new Date(process.now()).toISOString().slice(0, 19).split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1] ?? ''}/${year}:${time} +0000`;
}
