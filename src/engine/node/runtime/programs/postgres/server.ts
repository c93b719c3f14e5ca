import { say, untilSignal } from '../../../../os/daemon.ts';
import type { Process, Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, encode, writeText } from '../../../../os/text.ts';
import { SECOND } from '../../../../sim/time.ts';
import { Databases } from '../sql/database.ts';
import { execute, type Session } from '../sql/execute.ts';
import { SqlError, type Value } from '../sql/syntax.ts';
import { splitStatements } from '../sql/tokens.ts';
import { serveLines, type Answer, type Hello, type Question } from '../sql/wire.ts';
import { POSTGRES } from './dialect.ts';

export const PORT = 5432;
const MEMORY = 40 * 1024 * 1024;

const REFUSAL = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`;

/** The image's entrypoint: makes a database cluster in an empty data directory, which takes a password, and runs the server. */
export const postgresEntrypoint: Program = function* entrypoint(process: Process): Task<number> {
  const [, first = 'postgres', ...rest] = process.argv;
  const command = first.startsWith('-') ? ['postgres', first, ...rest] : [first, ...rest];
  if (process.exec === undefined) throw new Error('this image needs a host that can exec');
  if (command[0] !== 'postgres') return yield* process.exec(command);
  const { env, files } = process;
  const data = dataDirectory(process);
  if (files.exists(`${data}/PG_VERSION`)) {
    yield* writeText(process.stdout, '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n');
    return yield* process.exec(command);
  }
  const trust = env.get('POSTGRES_HOST_AUTH_METHOD') === 'trust';
  if ((env.get('POSTGRES_PASSWORD') ?? '') === '' && !trust) {
    yield* writeText(process.stderr, REFUSAL);
    return 1;
  }
  if (files.exists(data) && files.list(data).some((name) => name === 'lost+found')) {
    yield* writeText(
      process.stderr,
      `initdb: error: directory "${data}" exists but is not empty\ninitdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.\ninitdb: hint: Using a mount point directly as the data directory is not recommended.\nCreate a subdirectory under the mount point.\n`,
    );
    return 1;
  }
  const user = env.get('POSTGRES_USER') ?? 'postgres';
  yield* writeText(
    process.stdout,
    `The files belonging to this database system will be owned by user "postgres".\nThis user must also own the server process.\n\nfixing permissions on existing directory ${data} ... ok\ncreating subdirectories ... ok\n`,
  );
  yield* process.sleep(SECOND);
  files.makeDirectory(`${data}/base`, { parents: true });
  files.write(`${data}/PG_VERSION`, encode(`${version(process).split('.')[0] ?? ''}\n`));
  files.write(`${data}/roles.json`, encode(JSON.stringify({ [user]: env.get('POSTGRES_PASSWORD') ?? '', trust: trust ? 'trust' : '' })));
  const databases = new Databases(files, `${data}/base`);
  for (const name of new Set(['postgres', env.get('POSTGRES_DB') ?? user])) databases.create(name);
  yield* initScripts(process, databases, env.get('POSTGRES_DB') ?? user, user);
  yield* writeText(
    process.stdout,
    'running bootstrap script ... ok\nsyncing data to disk ... ok\n\nPostgreSQL init process complete; ready for start up.\n\n',
  );
  return yield* process.exec(command);
};

/** Whatever stands in /docker-entrypoint-initdb.d runs once, in order. */
function* initScripts(process: Process, databases: Databases, database: string, user: string): Task<void> {
  const directory = '/docker-entrypoint-initdb.d';
  if (!process.files.exists(directory)) return;
  for (const name of process.files.list(directory).sort()) {
    if (!name.endsWith('.sql')) continue;
    yield* writeText(process.stdout, `/usr/local/bin/docker-entrypoint.sh: running ${directory}/${name}\n`);
    const session: Session = { database, functions: functionsOf(process, () => database, user) };
    const { statements, rest } = splitStatements(decode(process.files.read(`${directory}/${name}`)));
    for (const statement of rest === '' ? statements : [...statements, rest]) execute(databases, session, POSTGRES, statement);
  }
}

/** `postgres`: answers `psql` on its port; tables are files below PGDATA. */
export const postgres: Program = function* postgres(process: Process): Task<number> {
  const data = dataDirectory(process);
  if (!process.files.exists(`${data}/PG_VERSION`)) {
    yield* writeText(
      process.stderr,
      `postgres: could not access the server configuration file "${data}/postgresql.conf": No such file or directory\n`,
    );
    return 2;
  }
  const log = (text: string): void => say(process.stderr, `${stamp(process)} [${process.pid}] ${text}\n`);
  process.use({ memory: MEMORY, cpu: 2 });
  log(
    `LOG:  starting PostgreSQL ${version(process)} (Debian ${version(process)}-1.pgdg130+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit`,
  );
  log(`LOG:  listening on IPv4 address "0.0.0.0", port ${PORT}`);
  log(`LOG:  listening on IPv6 address "::", port ${PORT}`);
  log('LOG:  database system was shut down');
  yield* process.sleep(200);
  const databases = new Databases(process.files, `${data}/base`);
  const roles = JSON.parse(decode(process.files.read(`${data}/roles.json`))) as Record<string, string>;
  serveLines(process, PORT, (hello, remote) => welcome(process, databases, roles, hello, remote, log));
  log('LOG:  database system is ready to accept connections');
  const signal = yield* untilSignal(process, ['TERM', 'INT', 'QUIT']);
  log(`LOG:  received ${signal === 'TERM' ? 'smart' : signal === 'INT' ? 'fast' : 'immediate'} shutdown request`);
  if (signal === 'INT') log('LOG:  aborting any active transactions');
  log('LOG:  shutting down');
  log('LOG:  database system is shut down');
  return 0;
};

function welcome(
  process: Process,
  databases: Databases,
  roles: Readonly<Record<string, string>>,
  { user, password, database }: Hello,
  remote: string,
  log: (text: string) => void,
): ((question: Question) => Answer) | Answer {
  const refuse = (message: string): Answer => {
    log(`FATAL:  ${message}`);
    return { error: { message } };
  };
  const local = remote.startsWith('127.') || process.net.addresses.includes(remote);
  // pg_hba.conf of the image: who comes over loopback is trusted.
  if (!local && roles['trust'] !== 'trust') {
    if (password === '') return { error: { message: 'fe_sendauth: no password supplied' } };
    if (roles[user] !== password) return refuse(`password authentication failed for user "${user}"`);
  } else if (roles[user] === undefined || user === 'trust') return refuse(`role "${user}" does not exist`);
  if (databases.tables(database) === undefined) return refuse(`database "${database}" does not exist`);
  const session: Session = { database, functions: functionsOf(process, () => session.database, user) };
  return ({ text }) => {
    try {
      process.use({ cpu: 5 });
      return { outcome: catalogue(text, databases, session) ?? execute(databases, session, POSTGRES, text) };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      log(`ERROR:  ${error.message}`);
      if (error.detail !== undefined) log(`DETAIL:  ${error.detail}`);
      log(`STATEMENT:  ${text}`);
      const { message, at, detail } = error;
      return { error: { message, ...(at === undefined ? {} : { at }), ...(detail === undefined ? {} : { detail }) } };
    }
  };
}

/** What psql's `\dt`, `\l` and `\d` ask. */
function catalogue(text: string, databases: Databases, { database }: Session): ReturnType<typeof execute> | undefined {
  const [command, argument] = text.split(/\s+/);
  const tables = databases.tables(database);
  const rowsOf = (names: readonly string[], rows: readonly (readonly Value[])[]): ReturnType<typeof execute> => ({
    statement: 'select',
    columns: names.map((name) => ({ name, numeric: false })),
    rows,
    count: rows.length,
  });
  if (command === '\\dt')
    return rowsOf(
      ['Schema', 'Name', 'Type', 'Owner'],
      [...(tables?.keys() ?? [])].sort().map((name) => ['public', name, 'table', 'postgres']),
    );
  if (command === '\\l')
    return rowsOf(
      ['Name', 'Owner', 'Encoding'],
      databases.names.map((name) => [name, 'postgres', 'UTF8']),
    );
  if (command !== '\\d' || argument === undefined) return undefined;
  const table = tables?.get(argument);
  if (table === undefined) throw new SqlError(`Did not find any relation named "${argument}".`);
  return rowsOf(
    ['Column', 'Type', 'Nullable'],
    table.columns.map(({ name, type, notNull }) => [name, type.replace(/serial$/, 'integer'), notNull ? 'not null' : '']),
  );
}

function functionsOf(process: Process, database: () => string, user: string): Session['functions'] {
  const now = (): Value => `${new Date(process.now()).toISOString().replace('T', ' ').slice(0, 23)}+00`;
  return {
    now,
    version: () => `PostgreSQL ${version(process)} on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit`,
    current_database: database,
    pg_is_in_recovery: () => false,
    current_setting: () => null,
    current_user: () => user,
    gen_random_uuid: () => uuid(process),
  };
}

function uuid(process: Process): string {
  const hex = Array.from({ length: 32 }, () => process.random(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function dataDirectory({ env }: Process): string {
  return env.get('PGDATA') ?? '/var/lib/postgresql/data';
}

function version({ env }: Process): string {
  return env.get('PG_VERSION') ?? '17.6';
}

function stamp(process: Process): string {
  return `${new Date(process.now()).toISOString().replace('T', ' ').slice(0, 23)} UTC`;
}
