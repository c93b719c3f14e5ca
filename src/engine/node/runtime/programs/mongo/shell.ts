import { NetworkError, type Process, type Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, readAll, readLine, writeText } from '../../../../os/text.ts';
import { LineClient } from '../sql/wire.ts';
import { PORT, type Command } from './server.ts';
import { inspect, readValue, ShellSyntaxError } from './values.ts';

/** `mongosh [address] [-u user -p password] [--eval script] [--quiet]`: a line at a time, methods of collections. */
export const mongosh: Program = function* mongosh(process: Process): Task<number> {
  const args = process.argv.slice(1);
  let [host, port, database, user, password] = ['127.0.0.1', PORT, 'test', '', ''];
  let script: string | undefined;
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, flag = arg, given] = /^(--?[A-Za-z]+)=(.*)$/.exec(arg) ?? [];
    const value = (): string => given ?? args.shift() ?? '';
    if (flag === '-u' || flag === '--username') user = value();
    else if (flag === '-p' || flag === '--password') password = value();
    else if (flag === '--eval') script = value();
    else if (flag === '--host') host = value();
    else if (flag === '--port') port = Number(value());
    else if (flag === '--authenticationDatabase') value();
    else if (flag === '-f' || flag === '--file') script = decode(process.files.read(value()));
    else if (arg.startsWith('mongodb://')) {
      const match = /^mongodb:\/\/(?:([^:@/]+):([^@/]*)@)?([^:/,?]+)(?::(\d+))?[^/]*(?:\/([^?]*))?/.exec(arg);
      if (match?.[1] !== undefined) [user, password] = [match[1], match[2] ?? ''];
      host = match?.[3] ?? host;
      if (match?.[4] !== undefined) port = Number(match[4]);
      if ((match?.[5] ?? '') !== '') database = match?.[5] ?? database;
    } else if (!arg.startsWith('-')) {
      const [, where, name] = /^(?:([^/]+)\/)?([^/]+)$/.exec(arg) ?? [];
      if (where !== undefined) [host = host] = where.split(':');
      database = name ?? database;
    }
  }
  let client: LineClient;
  try {
    client = new LineClient(yield* process.net.connect(host === 'localhost' ? '127.0.0.1' : host, port, { timeout: 30_000 }));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const why =
      error.code === 'ENOTFOUND'
        ? `getaddrinfo ENOTFOUND ${host}`
        : error.code === 'ECONNREFUSED'
          ? `connect ECONNREFUSED ${host}:${port}`
          : 'Server selection timed out after 30000 ms';
    yield* writeText(process.stderr, `MongoNetworkError: ${why}\n`);
    return 1;
  }
  const welcome = yield* client.ask({ user, password, database });
  if (welcome === undefined || 'error' in welcome) {
    yield* writeText(process.stderr, `MongoServerError: ${welcome?.error.message ?? 'connection closed'}\n`);
    return 1;
  }
  const shell = { database };
  if (script !== undefined || process.terminal === undefined) {
    for (const line of statementsOf(script ?? (yield* readAll(process.stdin)))) {
      const { text, good } = yield* evaluate(client, shell, line);
      yield* writeText(good ? process.stdout : process.stderr, text);
      if (!good) return 1;
    }
    return 0;
  }
  for (;;) {
    yield* writeText(process.stdout, `${shell.database}> `);
    const line = yield* readLine(process.stdin);
    if (line === undefined || /^\s*(exit|quit)(\(\))?\s*;?\s*$/.test(line)) return 0;
    if (line.trim() !== '') yield* writeText(process.stdout, (yield* evaluate(client, shell, line)).text);
  }
};

function* evaluate(client: LineClient, shell: { database: string }, line: string): Task<{ text: string; good: boolean }> {
  const text = line.trim().replace(/;$/, '');
  const use = /^use\s+(\S+)$/.exec(text)?.[1];
  if (use !== undefined) {
    shell.database = use;
    return { text: `switched to db ${use}\n`, good: true };
  }
  if (text === 'db') return { text: `${shell.database}\n`, good: true };
  const printed = /^(?:print|printjson)\(([\s\S]*)\)$/.exec(text)?.[1];
  let command: Command;
  try {
    command = commandOf(printed ?? text, shell.database);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return { text: `${error.message}\n`, good: false };
  }
  const answer = yield* client.ask({ text: JSON.stringify(command) });
  if (answer === undefined) return { text: 'MongoNetworkError: connection closed\n', good: false };
  if ('error' in answer) {
    const head = answer.error.message.endsWith('is not modelled here') ? 'Error' : 'MongoServerError';
    return { text: `${head}: ${answer.error.message}\n`, good: false };
  }
  const value = JSON.parse(String(answer.outcome.rows?.[0]?.[0] ?? 'null')) as unknown;
  if (text.startsWith('show ')) return { text: (value as string[]).map((name) => `${name}\n`).join(''), good: true };
  const counts = command.calls.at(-1)?.name === 'count' && Array.isArray(value);
  return { text: `${counts ? value.length : inspect(value)}\n`, good: true };
}

/** `db.users.find({…}).limit(1)`, `db.getCollection('users')…`, `show dbs`, `db.runCommand({ ping: 1 })`. */
function commandOf(text: string, database: string): Command {
  if (/^show (dbs|databases)$/.test(text)) return { database, collection: '', calls: [{ name: 'databases', args: [] }] };
  if (/^show (collections|tables)$/.test(text) || text === 'db.getCollectionNames()')
    return { database, collection: '', calls: [{ name: 'collections', args: [] }] };
  if (/^db\.(adminCommand|runCommand)\(/.test(text) && /\bping\b/.test(text))
    return { database, collection: '', calls: [{ name: 'ping', args: [] }] };
  if (text === 'db.dropDatabase()') return { database, collection: '', calls: [{ name: 'dropDatabase', args: [] }] };
  const head = /^db\.(?:getSiblingDB\(["']([\w-]+)["']\)\.)?(?:getCollection\(["']([\w.-]+)["']\)|([A-Za-z_]\w*))(?=\.)/.exec(text);
  if (head === null) throw new ShellSyntaxError(`ReferenceError: ${/^[\w$]+/.exec(text)?.[0] ?? text} is not defined`);
  const calls: { name: string; args: unknown[] }[] = [];
  for (let at = head[0].length; at < text.length;) {
    const method = /^\s*\.\s*(\w+)\(/.exec(text.slice(at));
    if (method === null) throw new ShellSyntaxError(`SyntaxError: Unexpected token (1:${at})`);
    at += method[0].length;
    const args: unknown[] = [];
    for (;;) {
      while (/[\s,]/.test(text[at] ?? '')) at++;
      if (text[at] === ')') break;
      const { value, end } = readValue(text, at);
      args.push(value);
      at = end;
    }
    at++;
    calls.push({ name: method[1] ?? '', args });
  }
  return { database: head[1] ?? database, collection: head[2] ?? head[3] ?? '', calls };
}

/** Lines and semicolons outside brackets and strings divide statements. */
function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let [depth, quote, from] = [0, '', 0];
  for (let i = 0; i <= script.length; i++) {
    const char = script[i] ?? '\n';
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (/["'`]/.test(char)) quote = char;
    else if (/[{[(]/.test(char)) depth++;
    else if (/[}\])]/.test(char)) depth--;
    else if (depth === 0 && (char === ';' || (char === '\n' && !/^\s*\./.test(script.slice(i + 1))))) {
      statements.push(script.slice(from, i).trim());
      from = i + 1;
    }
  }
  return statements.filter((statement) => statement !== '');
}
