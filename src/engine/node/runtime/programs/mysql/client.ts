import { NetworkError, type Process, type Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { readAll, readLine, writeText } from '../../../../os/text.ts';
import type { Outcome } from '../sql/execute.ts';
import { textOf } from '../sql/table.ts';
import { splitStatements } from '../sql/tokens.ts';
import { LineClient } from '../sql/wire.ts';
import { PORT } from './server.ts';

interface Options {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  execute: string | undefined;
  table: boolean;
  headless: boolean;
  rest: string[];
}

/** `mysql [-h host] [-u user] [-ppassword] [-e statements] [database]`. */
export const mysqlClient: Program = function* mysql(process: Process): Task<number> {
  const options = read(process);
  const client = yield* connect(process, options);
  if (client === undefined) return 1;
  const boxed = options.table || process.terminal !== undefined;
  const script = options.execute ?? (process.terminal === undefined ? yield* readAll(process.stdin) : undefined);
  if (script !== undefined) {
    const { statements, rest } = splitStatements(script);
    return (yield* runAll(process, client, rest === '' ? statements : [...statements, rest], boxed, options.headless)) ? 0 : 1;
  }
  yield* writeText(process.stdout, 'Welcome to the MySQL monitor.  Commands end with ; or \\g.\n\n');
  let pending = '';
  for (;;) {
    yield* writeText(process.stdout, pending === '' ? 'mysql> ' : '    -> ');
    const line = yield* readLine(process.stdin);
    if (line === undefined || /^\s*(exit|quit|\\q);?\s*$/i.test(line)) {
      yield* writeText(process.stdout, 'Bye\n');
      return 0;
    }
    pending += line;
    const { statements, rest } = splitStatements(pending);
    yield* runAll(process, client, statements, true, false);
    pending = rest === '' ? '' : `${rest}\n`;
  }
};

/** `mysqladmin ping|status`. */
export const mysqlAdmin: Program = function* mysqladmin(process: Process): Task<number> {
  const options = read(process);
  const [command = 'ping'] = options.database === '' ? options.rest : [options.database, ...options.rest];
  const client = yield* connect(process, { ...options, database: '' }, "mysqladmin: connect to server at 'localhost' failed\nerror: ");
  if (client === undefined) return 1;
  if (command !== 'ping') {
    yield* writeText(process.stderr, `mysqladmin: Unknown command: '${command}'\n`);
    return 1;
  }
  yield* writeText(process.stdout, 'mysqld is alive\n');
  return 0;
};

function* connect(process: Process, { host, port, user, password, database }: Options, head = ''): Task<LineClient | undefined> {
  let failed: string;
  try {
    const client = new LineClient(yield* process.net.connect(host === 'localhost' ? '127.0.0.1' : host, port));
    const welcome = yield* client.ask({ user, password, database });
    if (welcome !== undefined && !('error' in welcome)) return client;
    failed =
      welcome === undefined
        ? "ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 0"
        : `ERROR ${welcome.error.code ?? ''}: ${welcome.error.message}`;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    failed =
      error.code === 'ENOTFOUND'
        ? `ERROR 2005 (HY000): Unknown MySQL server host '${host}' (-2)`
        : host === 'localhost'
          ? "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
          : `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${port}' (${error.code === 'ECONNREFUSED' ? 111 : 110})`;
  }
  yield* writeText(process.stderr, `${head}${failed}\n`);
  return undefined;
}

function* runAll(process: Process, client: LineClient, statements: readonly string[], boxed: boolean, headless: boolean): Task<boolean> {
  for (const statement of statements) {
    const answer = yield* client.ask({ text: statement });
    if (answer === undefined) {
      yield* writeText(process.stderr, 'ERROR 2013 (HY000): Lost connection to MySQL server during query\n');
      return false;
    }
    if ('error' in answer) {
      yield* writeText(process.stderr, `ERROR ${answer.error.code ?? ''}${boxed ? '' : ' at line 1'}: ${answer.error.message}\n`);
      if (!boxed) return false;
    } else yield* writeText(process.stdout, render(answer.outcome, boxed, headless));
  }
  return true;
}

function render({ statement, columns, rows, count }: Outcome, boxed: boolean, headless: boolean): string {
  if (columns === undefined || rows === undefined) {
    if (!boxed) return '';
    return statement === 'use' ? 'Database changed\n' : `Query OK, ${count} row${count === 1 ? '' : 's'} affected (0.01 sec)\n\n`;
  }
  const texts = rows.map((row) => row.map((value) => (typeof value === 'boolean' ? String(Number(value)) : textOf(value, 'NULL'))));
  if (!boxed) {
    if (texts.length === 0) return '';
    return [...(headless ? [] : [columns.map(({ name }) => name)]), ...texts].map((row) => `${row.join('\t')}\n`).join('');
  }
  if (texts.length === 0) return 'Empty set (0.00 sec)\n\n';
  const widths = columns.map(({ name }, i) => Math.max(name.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const line = (row: readonly string[], head = false): string =>
    `| ${row.map((text, i) => (!head && columns[i]?.numeric === true ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number))).join(' | ')} |`;
  return `${[
    rule,
    line(
      columns.map(({ name }) => name),
      true,
    ),
    rule,
    ...texts.map((row) => line(row)),
    rule,
  ].join('\n')}\n${texts.length} row${texts.length === 1 ? '' : 's'} in set (0.00 sec)\n\n`;
}

function read({ argv, env }: Process): Options {
  const options: Options = {
    host: 'localhost',
    port: PORT,
    user: 'root',
    password: env.get('MYSQL_PWD') ?? '',
    database: '',
    execute: undefined,
    table: false,
    headless: false,
    rest: [],
  };
  const args = argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, name, given] = /^--([a-z-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const flag = name === undefined ? (arg.startsWith('-') ? arg.slice(0, 2) : '') : (LONG[name] ?? '');
    const value = (): string => given ?? (name === undefined && arg.length > 2 ? arg.slice(2) : (args.shift() ?? ''));
    if (flag === '-h') options.host = value();
    else if (flag === '-P') options.port = Number(value());
    else if (flag === '-u') options.user = value();
    // Apart from its flag a password would be the database's name.
    else if (flag === '-p') options.password = given ?? arg.slice(name === undefined ? 2 : arg.length);
    else if (flag === '-e') options.execute = value();
    else if (flag === '-D') options.database = value();
    else if (flag === '-t') options.table = true;
    else if (flag === '-N') options.headless = true;
    else if (!arg.startsWith('-')) {
      if (options.database === '') options.database = arg;
      else options.rest.push(arg);
    }
  }
  return options;
}

const LONG: Readonly<Record<string, string>> = {
  host: '-h', port: '-P', user: '-u', password: '-p', execute: '-e', database: '-D', table: '-t', 'skip-column-names': '-N',
}; // prettier-ignore
