/** The part of nginx's configuration language that its image's default needs and lessons use. */

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[] | undefined;
  readonly line: number;
}

export interface Location {
  readonly path: string;
  readonly exact: boolean;
  readonly root: string | undefined;
  readonly index: readonly string[] | undefined;
  readonly answer: { readonly status: number; readonly body: string } | undefined;
}

export interface Server {
  readonly ports: readonly number[];
  /** Those of the ports where TLS is spoken. */
  readonly tlsPorts: readonly number[];
  readonly certificate: string | undefined;
  readonly certificateKey: string | undefined;
  /** Where it stands, for complaints. */
  readonly place: string;
  readonly names: readonly string[];
  readonly root: string;
  readonly index: readonly string[];
  readonly answer: { readonly status: number; readonly body: string } | undefined;
  readonly locations: readonly Location[];
}

/** `message` is what nginx prints after `[emerg] 1#1: `. */
export class ConfigError extends Error {}

// Accepted without effect: they tune what this world does not have.
const INERT = new Set([
  'user', 'worker_processes', 'worker_connections', 'pid', 'events', 'default_type', 'types', 'log_format', 'access_log', 'error_log', 'sendfile',
  'tcp_nopush', 'tcp_nodelay', 'keepalive_timeout', 'gzip', 'error_page', 'charset', 'server_tokens', 'client_max_body_size', 'types_hash_max_size',
  'ssl_protocols', 'ssl_ciphers', 'ssl_prefer_server_ciphers', 'ssl_session_cache', 'ssl_session_timeout', 'ssl_session_tickets',
]); // prettier-ignore

export function readServers(paths: readonly { path: string; text: string }[]): Server[] {
  return paths.flatMap(({ path, text }) => serversOf(path, text));
}

// Most servers of a world have the same few files.
const REMEMBERED = 32;
const known = new Map<string, readonly Server[]>();

function serversOf(path: string, text: string): readonly Server[] {
  const key = `${path}\n${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const servers: Server[] = [];
  collect(parse(path, text), path, servers);
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, servers);
  return servers;
}

function collect(directives: readonly Directive[], path: string, servers: Server[]): void {
  for (const directive of directives) {
    if (directive.name === 'server') servers.push(server(directive, path));
    else if (directive.name === 'http') collect(directive.block ?? [], path, servers);
    else if (directive.name !== 'include' && !INERT.has(directive.name)) throw unknown(directive, path);
  }
}

function server(directive: Directive, path: string): Server {
  const ports: number[] = [];
  const tlsPorts: number[] = [];
  let certificate: string | undefined;
  let certificateKey: string | undefined;
  const names: string[] = [];
  const locations: Location[] = [];
  let root = '/etc/nginx/html';
  let index: readonly string[] = ['index.html'];
  let answer: Server['answer'];
  for (const inner of directive.block ?? []) {
    const { name, args } = inner;
    if (name === 'listen') {
      const port = Number((args[0] ?? '').replace(/^.*:(?=\d+$)/, ''));
      if (!Number.isInteger(port) || port < 1 || port > 65535)
        throw new ConfigError(`invalid port in "${args[0] ?? ''}" of the "listen" directive in ${path}:${inner.line}`);
      if (!ports.includes(port)) ports.push(port);
      if (args.includes('ssl') && !tlsPorts.includes(port)) tlsPorts.push(port);
    } else if (name === 'ssl_certificate') certificate = args[0];
    else if (name === 'ssl_certificate_key') certificateKey = args[0];
    else if (name === 'server_name') names.push(...args);
    else if (name === 'root') root = args[0] ?? root;
    else if (name === 'index') index = args;
    else if (name === 'return') answer = returned(inner);
    else if (name === 'location') locations.push(location(inner, path));
    else if (!INERT.has(name)) throw unknown(inner, path);
  }
  const place = `${path}:${directive.line}`;
  return { ports: ports.length > 0 ? ports : [80], tlsPorts, certificate, certificateKey, place, names, root, index, answer, locations };
}

function location(directive: Directive, path: string): Location {
  const exact = directive.args[0] === '=';
  let root: string | undefined;
  let index: readonly string[] | undefined;
  let answer: Location['answer'];
  for (const inner of directive.block ?? []) {
    if (inner.name === 'root') root = inner.args[0];
    else if (inner.name === 'index') index = inner.args;
    else if (inner.name === 'return') answer = returned(inner);
    else if (!INERT.has(inner.name)) throw unknown(inner, path);
  }
  return { path: directive.args[exact ? 1 : 0] ?? '/', exact, root, index, answer };
}

function returned({ args }: Directive): { status: number; body: string } {
  const status = Number(args[0]);
  return Number.isInteger(status) ? { status, body: args[1] ?? '' } : { status: 302, body: '' };
}

function unknown({ name, line }: Directive, path: string): ConfigError {
  return new ConfigError(`unknown directive "${name}" in ${path}:${line}`);
}

function parse(path: string, text: string): Directive[] {
  const tokens: { text: string; line: number; quoted: boolean }[] = [];
  let line = 1;
  const lexer = /\n|[ \t\r]+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[{};]|[^\s{};"']+/g;
  for (let match = lexer.exec(text); match !== null; match = lexer.exec(text)) {
    const [token] = match;
    if (token === '\n') line++;
    else if (!/^[ \t\r#]/.test(token)) {
      const quoted = match[1] ?? match[2];
      tokens.push({ text: quoted?.replace(/\\n/g, '\n').replace(/\\(["'\\])/g, '$1') ?? token, line, quoted: quoted !== undefined });
      line += token.split('\n').length - 1;
    }
  }
  let at = 0;
  const block = (nested: boolean): Directive[] => {
    const directives: Directive[] = [];
    for (;;) {
      const first = tokens[at];
      if (first === undefined) {
        if (nested) throw new ConfigError(`unexpected end of file, expecting "}" in ${path}:${line}`);
        return directives;
      }
      if (first.text === '}' && !first.quoted) {
        if (!nested) throw new ConfigError(`unexpected "}" in ${path}:${first.line}`);
        at++;
        return directives;
      }
      const words: string[] = [];
      for (;;) {
        const token = tokens[at++];
        if (token === undefined) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${path}:${line}`);
        if (!token.quoted && token.text === ';') {
          directives.push({ name: words[0] ?? '', args: words.slice(1), block: undefined, line: first.line });
          break;
        }
        if (!token.quoted && token.text === '{') {
          directives.push({
            name: words[0] ?? '',
            args: words.slice(1),
            block: words[0] === 'types' ? skip() : block(true),
            line: first.line,
          });
          break;
        }
        if (!token.quoted && token.text === '}') throw new ConfigError(`unexpected "}" in ${path}:${token.line}`);
        words.push(token.text);
      }
    }
  };
  const skip = (): Directive[] => {
    while (at < tokens.length && tokens[at++]?.text !== '}');
    return [];
  };
  return block(false);
}
