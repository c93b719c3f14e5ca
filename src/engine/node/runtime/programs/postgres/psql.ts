import { NetworkError, type Process, type Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, readAll, readLine, writeText } from '../../../../os/text.ts';
import type { Outcome } from '../sql/execute.ts';
import type { Value } from '../sql/syntax.ts';
import { textOf } from '../sql/table.ts';
import { splitStatements } from '../sql/tokens.ts';
import { LineClient, type Answer } from '../sql/wire.ts';
import { PORT } from './server.ts';

interface Options {
  host: string | undefined;
  port: number;
  user: string;
  database: string | undefined;
  password: string;
  commands: string[];
  file: string | undefined;
  tuplesOnly: boolean;
  unaligned: boolean;
  stopOnError: boolean;
}

/** `psql [-h host] [-U user] [-d database] [-c statement]…`: statements from flags, a file, a pipe or a terminal. */
export const psql: Program = function* psql(process: Process): Task<number> {
  const options = read(process);
  if (typeof options === 'string') {
    yield* writeText(process.stderr, `psql: ${options}\nTry "psql --help" for more information.\n`);
    return 1;
  }
  const client = yield* connect(process, options);
  if (client === undefined) return 2;
  if (options.commands.length > 0 || options.file !== undefined) {
    const scripts = options.file === undefined ? options.commands : [decode(process.files.read(options.file))];
    for (const script of scripts)
      if (!(yield* runScript(process, client, options, script)) && (options.file === undefined || options.stopOnError))
        return options.file === undefined ? 1 : 3;
    return 0;
  }
  if (process.terminal === undefined) {
    yield* runScript(process, client, options, yield* readAll(process.stdin));
    return 0;
  }
  return yield* interactive(process, client, options);
};

/** `pg_isready`. */
export const pgIsReady: Program = function* pgIsReady(process: Process): Task<number> {
  const options = read(process);
  const { host, port } = typeof options === 'string' ? { host: undefined, port: PORT } : options;
  const name = `${host ?? '/var/run/postgresql'}:${port}`;
  try {
    const connection = yield* process.net.connect(host ?? '127.0.0.1', port, { timeout: 3000 });
    connection.close();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* writeText(process.stdout, `${name} - no response\n`);
    return 2;
  }
  yield* writeText(process.stdout, `${name} - accepting connections\n`);
  return 0;
};

function* connect(process: Process, options: Options): Task<LineClient | undefined> {
  const { host, port, user, password } = options;
  const database = options.database ?? user;
  const where = host === undefined ? `on socket "/var/run/postgresql/.s.PGSQL.${port}"` : `at "${host}", port ${port}`;
  let failed: string;
  try {
    const client = new LineClient(yield* process.net.connect(host ?? '127.0.0.1', port));
    const welcome = yield* client.ask({ user, password, database });
    if (welcome !== undefined && !('error' in welcome)) return client;
    const message = welcome?.error.message ?? 'server closed the connection unexpectedly';
    failed = message.startsWith('fe_sendauth') ? message : `FATAL:  ${message}`;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ENOTFOUND') {
      yield* writeText(
        process.stderr,
        `psql: error: could not translate host name "${host ?? ''}" to address: Name or service not known\n`,
      );
      return undefined;
    }
    const why =
      error.code === 'ECONNREFUSED' ? (host === undefined ? 'No such file or directory' : 'Connection refused') : 'Connection timed out';
    const running =
      host === undefined
        ? 'running locally and accepting connections on that socket?'
        : 'running on that host and accepting TCP/IP connections?';
    failed = `${why}\n\tIs the server ${running}`;
  }
  yield* writeText(process.stderr, `psql: error: connection to server ${where} failed: ${failed}\n`);
  return undefined;
}

function* interactive(process: Process, client: LineClient, options: Options): Task<number> {
  const prompt = `${options.database ?? options.user}`;
  yield* writeText(process.stdout, 'psql (17.6 (Debian 17.6-1.pgdg130+1))\nType "help" for help.\n\n');
  let pending = '';
  for (;;) {
    yield* writeText(process.stdout, pending === '' ? `${prompt}=# ` : `${prompt}-# `);
    const line = yield* readLine(process.stdin);
    if (line === undefined || /^\s*(\\q|exit|quit)\s*$/.test(line)) return 0;
    pending = `${pending}${line}`;
    if (!/;\s*$|^\s*\\/.test(pending) && pending.trim() !== '') continue;
    yield* runScript(process, client, options, pending);
    pending = '';
  }
}

/** Runs a script's statements; false after an error. */
function* runScript(process: Process, client: LineClient, options: Options, script: string): Task<boolean> {
  let good = true;
  for (const statement of statementsOf(script)) {
    const answer = yield* client.ask({ text: statement });
    if (answer === undefined) {
      yield* writeText(process.stderr, 'server closed the connection unexpectedly\n');
      return false;
    }
    if ('error' in answer) {
      yield* writeText(process.stderr, errorText(answer, statement));
      good = false;
      if (options.commands.length > 0 || options.stopOnError) return false;
    } else yield* writeText(process.stdout, render(answer.outcome, options));
  }
  return good;
}

function statementsOf(script: string): string[] {
  const backslash = script.split('\n').filter((line) => line.trim().startsWith('\\'));
  const { statements, rest } = splitStatements(
    script
      .split('\n')
      .filter((line) => !line.trim().startsWith('\\'))
      .join('\n'),
  );
  return [...backslash.map((line) => line.trim().replace(/;$/, '')), ...statements, ...(rest === '' ? [] : [rest])];
}

function errorText({ error }: Extract<Answer, { error: unknown }>, statement: string): string {
  if (statement.startsWith('\\')) return `${error.message}\n`;
  let text = `ERROR:  ${error.message}\n`;
  if (error.at !== undefined) {
    const before = statement.slice(0, error.at).split('\n');
    const line = statement.split('\n')[before.length - 1] ?? '';
    const head = `LINE ${before.length}: `;
    text += `${head}${line}\n${' '.repeat(head.length + (before.at(-1)?.length ?? 0))}^\n`;
  }
  return error.detail === undefined ? text : `${text}DETAIL:  ${error.detail}\n`;
}

const TAGS: Readonly<Record<string, (count: number) => string>> = {
  'create-table': () => 'CREATE TABLE',
  'drop-table': () => 'DROP TABLE',
  truncate: () => 'TRUNCATE TABLE',
  'create-database': () => 'CREATE DATABASE',
  'drop-database': () => 'DROP DATABASE',
  insert: (count) => `INSERT 0 ${count}`,
  update: (count) => `UPDATE ${count}`,
  delete: (count) => `DELETE ${count}`,
};

function render({ statement, columns, rows, count }: Outcome, { tuplesOnly, unaligned }: Options): string {
  const tag = TAGS[statement]?.(count);
  const lines: string[] = [];
  if (columns !== undefined && rows !== undefined) lines.push(table(columns, rows, tuplesOnly, unaligned));
  if (tag !== undefined) lines.push(`${tag}\n`);
  return lines.join('');
}

function table(
  columns: readonly { readonly name: string; readonly numeric: boolean }[],
  rows: readonly (readonly Value[])[],
  tuplesOnly: boolean,
  unaligned: boolean,
): string {
  const texts = rows.map((row) => row.map((value) => textOf(value, '')));
  const footer = tuplesOnly ? '' : `(${rows.length} row${rows.length === 1 ? '' : 's'})\n`;
  if (unaligned)
    return `${[...(tuplesOnly ? [] : [columns.map(({ name }) => name)]), ...texts].map((row) => `${row.join('|')}\n`).join('')}${footer}`;
  const widths = columns.map(({ name }, i) => Math.max(name.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const centred = (text: string, width: number): string => `${' '.repeat(Math.floor((width - text.length) / 2))}${text}`.padEnd(width);
  const head = columns.map(({ name }, i) => centred(name, widths[i] as number)).join(' | ');
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
  const body = texts.map((row) =>
    ` ${row.map((text, i) => (columns[i]?.numeric === true ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number))).join(' | ')}`.trimEnd(),
  );
  const shown = tuplesOnly ? body : [` ${head} `, rule, ...body];
  return `${shown.join('\n')}${shown.length === 0 ? '' : '\n'}${footer}\n`;
}

function read({ argv, env }: Process): Options | string {
  const options: Options = {
    host: env.get('PGHOST'),
    port: Number(env.get('PGPORT') ?? PORT),
    user: env.get('PGUSER') ?? 'postgres',
    database: env.get('PGDATABASE'),
    password: env.get('PGPASSWORD') ?? '',
    commands: [],
    file: undefined,
    tuplesOnly: false,
    unaligned: false,
    stopOnError: false,
  };
  const names: string[] = [];
  const args = argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    // `-tAc x` is `-t -A -c x`.
    const bundle = /^-([tAqwXn])([a-zA-Z].*)$/.exec(arg);
    if (bundle !== null) {
      args.unshift(`-${bundle[1] ?? ''}`, `-${bundle[2] ?? ''}`);
      continue;
    }
    const [, long, given] = /^--([a-z-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const short = long === undefined && /^-[a-zA-Z]/.test(arg) ? arg[1] : undefined;
    const flag = long === undefined ? short : LONG[long];
    if (flag === undefined) {
      if (arg.startsWith('-')) return `unrecognized option '${arg}'`;
      if (arg.startsWith('postgres://') || arg.startsWith('postgresql://')) {
        const [, user, password, host, port, database] =
          /^postgres(?:ql)?:\/\/(?:([^:@/]+)(?::([^@/]*))?@)?([^:/]+)(?::(\d+))?(?:\/([^?]*))?/.exec(arg) ?? [];
        Object.assign(options, {
          host,
          ...(user === undefined ? {} : { user }),
          ...(password === undefined ? {} : { password }),
          ...(database === undefined ? {} : { database }),
          ...(port === undefined ? {} : { port: Number(port) }),
        });
      } else names.push(arg);
      continue;
    }
    if (BARE.includes(flag)) {
      if (flag === 't') options.tuplesOnly = true;
      if (flag === 'A') options.unaligned = true;
      continue;
    }
    const value = given ?? (short !== undefined && arg.length > 2 ? arg.slice(2) : args.shift());
    if (value === undefined) return `option requires an argument -- '${flag}'`;
    if (flag === 'h') options.host = value;
    else if (flag === 'p') options.port = Number(value);
    else if (flag === 'U') options.user = value;
    else if (flag === 'd') options.database = value;
    else if (flag === 'c') options.commands.push(value);
    else if (flag === 'f') options.file = value;
    else if (flag === 'v') options.stopOnError ||= value.startsWith('ON_ERROR_STOP');
    else return `invalid option -- '${flag}'`;
  }
  options.database ??= names[0];
  options.user = names[1] ?? options.user;
  return options;
}

const BARE = ['t', 'A', 'q', 'w', 'X', 'n'];
const LONG: Readonly<Record<string, string>> = {
  host: 'h', port: 'p', username: 'U', dbname: 'd', command: 'c', file: 'f', 'tuples-only': 't', 'no-align': 'A', quiet: 'q', 'no-password': 'w', set: 'v', 'no-psqlrc': 'X',
}; // prettier-ignore
