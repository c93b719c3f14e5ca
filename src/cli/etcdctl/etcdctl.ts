import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { Client } from './client.ts';
import { ROLE_FLAGS, USER_FLAGS, auth, role, user } from './auth.ts';
import { alarm, defrag, endpoint } from './cluster.ts';
import { ELECT_FLAGS, LOCK_FLAGS, elect, lock } from './concurrency.ts';
import { Failure, isOn, readArguments, withEnvironment, GLOBAL, type Arguments, type Flags } from './flags.ts';
import { DEL_FLAGS, GET_FLAGS, PUT_FLAGS, compaction, del, get, put } from './kv.ts';
import { lease } from './lease.ts';
import { MEMBER_FLAGS, member, moveLeader } from './member.ts';
import { RESTORE_FLAGS, restore, snapshot, status } from './snapshot.ts';
import { txn } from './txn.ts';
import { WATCH_FLAGS, watch } from './watch.ts';

interface Command {
  readonly about: string;
  readonly flags?: Flags;
  readonly run: (process: Process, client: Client, given: Arguments) => Task<number>;
}

const on = { value: false } as const;
const CLUSTER: Flags = { cluster: on };

const COMMANDS: Readonly<Record<string, Command>> = {
  auth: { about: 'Enables and disables users and roles', run: auth },
  alarm: { about: 'Lists and disarms alarms', run: alarm },
  compaction: { about: 'Compacts the history of keys up to a revision', flags: { physical: on }, run: compaction },
  defrag: { about: 'Gives back what the database file does not use', flags: CLUSTER, run: defrag },
  del: { about: 'Removes a key or a range of keys', flags: DEL_FLAGS, run: del },
  elect: { about: 'Takes part in the election of a leader, or shows who leads', flags: ELECT_FLAGS, run: elect },
  endpoint: { about: 'Status, health and hash of endpoints', flags: { ...CLUSTER, rev: { value: true } }, run: endpoint },
  get: { about: 'Shows a key or a range of keys', flags: GET_FLAGS, run: get },
  lease: { about: 'Grants, renews, revokes and lists leases', flags: { keys: on, once: on }, run: lease },
  lock: { about: 'Holds a lock, or a command under it', flags: LOCK_FLAGS, run: lock },
  member: { about: 'Lists, adds, promotes, updates and removes members', flags: MEMBER_FLAGS, run: member },
  'move-leader': { about: 'Has another member lead', run: moveLeader },
  put: { about: 'Stores a value under a key', flags: PUT_FLAGS, run: put },
  role: { about: 'Roles, and what they may do', flags: ROLE_FLAGS, run: role },
  snapshot: { about: 'Saves the database to a file', run: snapshot },
  txn: { about: 'Does several requests as one', flags: { interactive: { value: false, letter: 'i' } }, run: txn },
  user: { about: 'Users, their passwords and roles', flags: USER_FLAGS, run: user },
  watch: { about: 'Shows changes of keys as they come', flags: WATCH_FLAGS, run: watch },
};
const ALSO: Readonly<Record<string, string>> = { compact: 'compaction' };
const REFUSED = new Set(['check', 'completion', 'downgrade', 'make-mirror']);

/** etcdctl 3.6: a client of etcd's port over the network that the process lives in. */
export const etcdctl: Program = (process) => told(process, run(process));

function* run(process: Process): Task<number> {
  const args = process.argv.slice(1);
  const at = commandAt(args);
  const given = at < 0 ? undefined : args[at];
  const name = ALSO[given ?? ''] ?? given;
  if (name === undefined || name === 'help') {
    yield* writeText(process.stdout, usage());
    return 0;
  }
  if (name === 'version') {
    yield* writeText(process.stdout, 'etcdctl version: 3.6.8\nAPI version: 3.6\n');
    return 0;
  }
  if (REFUSED.has(name)) throw new Failure(4, `not modelled here: etcdctl ${name}`);
  const command = COMMANDS[name];
  if (command === undefined) throw new Failure(1, `unknown command ${JSON.stringify(name)} for "etcdctl"\nRun 'etcdctl --help' for usage.`);
  const own = withEnvironment(readArguments([...args.slice(0, at), ...args.slice(at + 1)], command.flags ?? {}), process);
  if (isOn(own.flags, 'help')) {
    yield* writeText(
      process.stdout,
      `${command.about}.\n\nFlags: ${[...Object.keys(command.flags ?? {}), ...Object.keys(GLOBAL)].map((flag) => `--${flag}`).join(' ')}\n`,
    );
    return 0;
  }
  return yield* command.run(process, new Client(process, own.flags), own);
}

/** Where the command stands among flags of all commands. */
function commandAt(args: readonly string[]): number {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-')) return i;
    const name = arg.startsWith('--') ? arg.slice(2) : Object.entries(GLOBAL).find(([, { letter }]) => arg === `-${letter ?? ''}`)?.[0];
    if (name !== undefined && GLOBAL[name]?.value === true) i++;
  }
  return -1;
}

/** etcdutl 3.6: what works on files, with no etcd running. */
export const etcdutl: Program = (process) => told(process, utility(process));

function* utility(process: Process): Task<number> {
  const [subject, verb, ...rest] = process.argv.slice(1);
  if (subject === 'version') {
    yield* writeText(process.stdout, 'etcdutl version: 3.6.8\nAPI version: 3.6\n');
    return 0;
  }
  if (subject === 'snapshot' && verb === 'status') return yield* status(process, readArguments(rest, {}));
  if (subject === 'snapshot' && verb === 'restore') return yield* restore(process, readArguments(rest, RESTORE_FLAGS));
  if (subject === 'defrag' || subject === 'hashkv' || subject === 'migrate' || subject === 'completion')
    throw new Failure(4, `not modelled here: etcdutl ${subject}`);
  if (subject !== undefined && subject !== 'help' && subject !== '--help' && subject !== '-h' && subject !== 'snapshot')
    throw new Failure(1, `unknown command ${JSON.stringify(subject)} for "etcdutl"`);
  yield* writeText(
    process.stdout,
    'Usage:\n  etcdutl snapshot status FILE [-w simple|table|json]\n  etcdutl snapshot restore FILE --data-dir DIRECTORY\n  etcdutl version\n',
  );
  return 0;
}

function* told(process: Process, task: Task<number>): Task<number> {
  try {
    return yield* task;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield* writeText(process.stderr, `${error.log === undefined ? '' : `${error.log}\n`}Error: ${error.message}\n`);
    return error.code;
  }
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(12)}${about}`);
  return `NAME:\n  etcdctl - A simple command line client for etcd3.\n\nUSAGE:\n  etcdctl [flags]\n\nVERSION:\n  3.6.8\n\nAPI VERSION:\n  3.6\n\nCOMMANDS:\n${lines.join('\n')}\n  version     Says which etcdctl this is\n\nNot modelled here: ${[...REFUSED].join(', ')}.\n\nFlags of all commands: ${Object.keys(
    GLOBAL,
  )
    .map((flag) => `--${flag}`)
    .join(' ')}\n`;
}
