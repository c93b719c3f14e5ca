import { say, untilSignal } from '../../../../os/daemon.ts';
import type { Process, Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, encode, writeText } from '../../../../os/text.ts';
import { SECOND } from '../../../../sim/time.ts';
import { Databases } from '../sql/database.ts';
import { execute, type Session } from '../sql/execute.ts';
import { SqlError } from '../sql/syntax.ts';
import { splitStatements } from '../sql/tokens.ts';
import { serveLines, type Answer, type Hello, type Question } from '../sql/wire.ts';
import { MYSQL } from './dialect.ts';

export const PORT = 3306;
const DATA = '/var/lib/mysql';
const MEMORY = 350 * 1024 * 1024;
const SYSTEM = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** `MYSQL` or `MARIADB`: whose variables it reads, and how it says so. */
export interface Brand {
  readonly daemon: 'mysqld' | 'mariadbd';
  readonly title: string;
  readonly prefixes: readonly string[];
  /** The server's version. */
  readonly version: string;
}

const MYSQL_BRAND: Brand = { daemon: 'mysqld', title: 'MySQL', prefixes: ['MYSQL'], version: '8.4.6' };
const MARIADB_BRAND: Brand = {
  daemon: 'mariadbd',
  title: 'MariaDB',
  prefixes: ['MARIADB', 'MYSQL'],
  version: '11.8.2-MariaDB-ubu2404',
};

export const mysqlEntrypoint = entrypointOf(MYSQL_BRAND);
export const mysqld = daemonOf(MYSQL_BRAND);
export const mariadbEntrypoint = entrypointOf(MARIADB_BRAND);
export const mariadbd = daemonOf(MARIADB_BRAND);

/** The image's entrypoint: makes the databases in an empty data directory, for which it must be told of root's password. */
function entrypointOf(brand: Brand): Program {
  return function* entrypoint(process: Process): Task<number> {
    const [, first = brand.daemon, ...rest] = process.argv;
    const command = first.startsWith('-') ? [brand.daemon, first, ...rest] : [first, ...rest];
    if (process.exec === undefined) throw new Error('this image needs a host that can exec');
    if (command[0] !== brand.daemon && command[0] !== 'mysqld') return yield* process.exec(command);
    const { files } = process;
    const note = (level: string, text: string): Task<void> =>
      writeText(level === 'ERROR' ? process.stderr : process.stdout, `${stamp(process)} [${level}] [Entrypoint]: ${text}\n`);
    yield* note('Note', `Entrypoint script for ${brand.title} Server ${brand.version} started.`);
    if (files.exists(`${DATA}/users.json`)) return yield* process.exec(command);
    const of = (name: string): string =>
      brand.prefixes.map((prefix) => process.env.get(`${prefix}_${name}`) ?? '').find((value) => value !== '') ?? '';
    if (
      of('ROOT_PASSWORD') === '' &&
      of('ALLOW_EMPTY_PASSWORD') === '' &&
      of('ALLOW_EMPTY_ROOT_PASSWORD') === '' &&
      of('RANDOM_ROOT_PASSWORD') === ''
    ) {
      const names =
        brand.daemon === 'mysqld'
          ? ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD']
          : ['MARIADB_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD_HASH', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD', 'MARIADB_RANDOM_ROOT_PASSWORD'];
      const how =
        brand.daemon === 'mysqld' ? 'You need to specify one of the following as an environment variable:' : 'You need to specify one of';
      const list =
        brand.daemon === 'mysqld' ? names.map((name) => `    - ${name}`).join('\n') : names.map((name) => `\t- ${name}`).join('\n');
      yield* note('ERROR', `Database is uninitialized and password option is not specified\n    ${how}\n${list}`);
      return 1;
    }
    yield* note('Note', 'Initializing database files');
    yield* process.sleep(3 * SECOND);
    const users: Record<string, string> = { root: of('ROOT_PASSWORD') };
    if (of('USER') !== '') users[of('USER')] = of('PASSWORD');
    const databases = new Databases(files, `${DATA}/data`);
    for (const name of SYSTEM) databases.create(name);
    if (of('DATABASE') !== '') {
      yield* note('Note', `Creating database ${of('DATABASE')}`);
      databases.create(of('DATABASE'));
    }
    files.write(`${DATA}/users.json`, encode(JSON.stringify(users)));
    yield* initScripts(process, databases, of('DATABASE'), note);
    yield* note('Note', `${brand.title} init process done. Ready for start up.`);
    return yield* process.exec(command);
  };
}

function* initScripts(
  process: Process,
  databases: Databases,
  database: string,
  note: (level: string, text: string) => Task<void>,
): Task<void> {
  const directory = '/docker-entrypoint-initdb.d';
  if (!process.files.exists(directory)) return;
  for (const name of process.files.list(directory).sort()) {
    if (!name.endsWith('.sql')) continue;
    yield* note('Note', `/usr/local/bin/docker-entrypoint.sh: running ${directory}/${name}`);
    const session: Session = { database, functions: {} };
    const { statements, rest } = splitStatements(decode(process.files.read(`${directory}/${name}`)));
    for (const statement of rest === '' ? statements : [...statements, rest]) execute(databases, session, MYSQL, statement);
  }
}

/** `mysqld`: answers `mysql` on its port; tables are files below /var/lib/mysql. */
function daemonOf(brand: Brand): Program {
  return function* daemon(process: Process): Task<number> {
    if (!process.files.exists(`${DATA}/users.json`)) {
      yield* writeText(
        process.stderr,
        `${stamp(process)} 0 [ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in it. Aborting.\n`,
      );
      return 1;
    }
    const log = (text: string): void => say(process.stderr, `${stamp(process)} 0 [System] [MY-010931] [Server] ${text}\n`);
    process.use({ memory: MEMORY, cpu: 5 });
    yield* process.sleep(SECOND);
    const databases = new Databases(process.files, `${DATA}/data`);
    const users = JSON.parse(decode(process.files.read(`${DATA}/users.json`))) as Record<string, string>;
    serveLines(process, PORT, (hello, remote) => welcome(process, brand, databases, users, hello, remote));
    log(
      `/usr/sbin/${brand.daemon}: ready for connections. Version: '${brand.version}'  socket: '/var/run/mysqld/mysqld.sock'  port: ${PORT}  ${brand.title} Community Server - GPL.`,
    );
    yield* untilSignal(process, ['TERM', 'INT', 'QUIT']);
    log(`/usr/sbin/${brand.daemon}: Shutdown complete (${brand.daemon} ${brand.version})  ${brand.title} Community Server - GPL.`);
    return 0;
  };
}

function welcome(
  process: Process,
  brand: Brand,
  databases: Databases,
  users: Readonly<Record<string, string>>,
  { user, password, database }: Hello,
  remote: string,
): ((question: Question) => Answer) | Answer {
  if (users[user] !== password) {
    const host = remote.startsWith('127.') ? 'localhost' : remote;
    return {
      error: {
        code: '1045 (28000)',
        message: `Access denied for user '${user}'@'${host}' (using password: ${password === '' ? 'NO' : 'YES'})`,
      },
    };
  }
  if (database !== '' && databases.tables(database) === undefined)
    return { error: { code: '1049 (42000)', message: `Unknown database '${database}'` } };
  const session: Session = {
    database,
    functions: {
      now: () => new Date(process.now()).toISOString().replace('T', ' ').slice(0, 19),
      version: () => brand.version,
      database: () => (session.database === '' ? null : session.database),
      user: () => `${user}@localhost`,
    },
  };
  return ({ text }) => {
    try {
      process.use({ cpu: 8 });
      return { outcome: execute(databases, session, MYSQL, text) };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { error: { message: error.message, ...(error.code === undefined ? {} : { code: error.code }) } };
    }
  };
}

function stamp(process: Process): string {
  return `${new Date(process.now()).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}
