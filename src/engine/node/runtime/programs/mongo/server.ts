import { say, untilSignal } from '../../../../os/daemon.ts';
import { FileError, type Process, type Program } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { decode, encode, writeText } from '../../../../os/text.ts';
import { SECOND } from '../../../../sim/time.ts';
import { serveLines, type Answer } from '../sql/wire.ts';
import { at, fits, order, updated } from './collection.ts';
import { inspect, type Document } from './values.ts';

export const PORT = 27017;
const DATA = '/data/db';
const MEMORY = 170 * 1024 * 1024;

/** What mongosh asks: a method of a collection, and what is done with its cursor. */
export interface Command {
  readonly database: string;
  readonly collection: string;
  readonly calls: readonly { readonly name: string; readonly args: readonly unknown[] }[];
}

/** The image's entrypoint: makes root's account where one is asked for. */
export const mongoEntrypoint: Program = function* entrypoint(process: Process): Task<number> {
  const [, first = 'mongod', ...rest] = process.argv;
  const command = first.startsWith('-') ? ['mongod', first, ...rest] : [first, ...rest];
  if (process.exec === undefined) throw new Error('this image needs a host that can exec');
  const user = process.env.get('MONGO_INITDB_ROOT_USERNAME') ?? '';
  const password = process.env.get('MONGO_INITDB_ROOT_PASSWORD') ?? '';
  if (command[0] === 'mongod' && (user === '') !== (password === '')) {
    yield* writeText(
      process.stderr,
      "\nerror: missing 'MONGO_INITDB_ROOT_USERNAME' or 'MONGO_INITDB_ROOT_PASSWORD'\n       both must be specified for a user to be created\n\n",
    );
    return 1;
  }
  if (command[0] === 'mongod' && user !== '' && !process.files.exists(`${DATA}/users.json`)) {
    process.files.makeDirectory(DATA, { parents: true });
    process.files.write(`${DATA}/users.json`, encode(JSON.stringify({ [user]: password })));
  }
  return yield* process.exec(command);
};

/** `mongod`: answers `mongosh`; collections are files below /data/db. */
export const mongod: Program = function* mongod(process: Process): Task<number> {
  const log = (component: string, id: number, message: string): void => {
    const t = { $date: `${new Date(process.now()).toISOString().slice(0, 23)}+00:00` };
    say(process.stdout, `${JSON.stringify({ t, s: 'I', c: component, id, ctx: 'initandlisten', msg: message })}\n`);
  };
  process.use({ memory: MEMORY, cpu: 5 });
  log('CONTROL', 4615611, 'MongoDB starting');
  yield* process.sleep(SECOND);
  process.files.makeDirectory(DATA, { parents: true });
  const users = process.files.exists(`${DATA}/users.json`)
    ? (JSON.parse(decode(process.files.read(`${DATA}/users.json`))) as Record<string, string>)
    : undefined;
  const store = new Collections(process);
  serveLines(process, PORT, ({ user, password }) => {
    if (user !== '' && users?.[user] !== password) return { error: { message: 'Authentication failed.' } };
    const known = users === undefined || user !== '';
    return ({ text }): Answer => {
      process.use({ cpu: 8 });
      const command = JSON.parse(text) as Command;
      const [{ name = '' } = {}] = command.calls;
      if (!known && name !== 'ping') return { error: { message: `Command ${name} requires authentication` } };
      try {
        const value = store.run(command);
        return { outcome: { statement: 'select', count: 1, columns: [], rows: [[JSON.stringify(value ?? null)]] } };
      } catch (error) {
        return { error: { message: (error as Error).message } };
      }
    };
  });
  log('NETWORK', 23016, 'Waiting for connections');
  const signal = yield* untilSignal(process, ['TERM', 'INT']);
  log('CONTROL', 23377, `Received signal ${signal === 'TERM' ? 15 : 2}`);
  log('CONTROL', 20565, 'Now exiting');
  return 0;
};

class Collections {
  constructor(readonly process: Process) {}

  run({ database, collection, calls }: Command): unknown {
    const [{ name = '', args = [] } = {}, ...cursor] = calls;
    if (name === 'ping') return { ok: 1 };
    if (name === 'databases') return ['admin', 'config', 'local', ...this.#list(DATA).filter((each) => each !== 'users.json')].sort();
    if (name === 'collections')
      return this.#list(`${DATA}/${database}`)
        .map((file) => file.replace(/\.collection$/, ''))
        .sort();
    if (name === 'dropDatabase') {
      if (this.process.files.exists(`${DATA}/${database}`)) this.process.files.remove(`${DATA}/${database}`, { recursive: true });
      return { ok: 1, dropped: database };
    }
    const documents = this.#read(database, collection);
    const [filter = {}, update = {}, options = {}] = args as Document[];
    const matching = (): Document[] => documents.filter((document) => fits(document, filter));
    const save = (next: readonly Document[]): void => this.#write(database, collection, next);
    switch (name) {
      case 'insertOne':
      case 'insertMany': {
        const given = name === 'insertOne' ? [filter] : (args[0] as Document[]);
        const made = given.map((document): Document => ('_id' in document ? document : { _id: { $oid: this.#id() }, ...document }));
        for (const { _id } of made)
          if (documents.some((each) => JSON.stringify(each['_id']) === JSON.stringify(_id)))
            throw new Error(
              `E11000 duplicate key error collection: ${database}.${collection} index: _id_ dup key: { _id: ${inspect(_id).replaceAll("'", '"')} }`,
            );
        save([...documents, ...made]);
        if (name === 'insertOne') return { acknowledged: true, insertedId: made[0]?.['_id'] };
        return { acknowledged: true, insertedIds: Object.fromEntries(made.map(({ _id }, i) => [String(i), _id])) };
      }
      case 'find':
        return this.#cursor(matching(), args[1] as Document | undefined, cursor);
      case 'findOne':
        return (
          this.#cursor(matching(), args[1] as Document | undefined, [{ name: 'limit', args: [1] }].concat(cursor as never)).at(0) ?? null
        );
      case 'countDocuments':
      case 'estimatedDocumentCount':
        return matching().length;
      case 'distinct':
        return [...new Set(documents.map((document) => at(document, String(args[0]))))];
      case 'updateOne':
      case 'updateMany': {
        const all = matching();
        const hit = new Set(name === 'updateOne' ? all.slice(0, 1) : all);
        const upsert = hit.size === 0 && options['upsert'] === true;
        const added = upsert ? [updated({ _id: { $oid: this.#id() }, ...filter }, update)] : [];
        let modified = 0;
        const next = documents.map((document) => {
          if (!hit.has(document)) return document;
          const after = updated(document, update);
          if (JSON.stringify(after) !== JSON.stringify(document)) modified++;
          return after;
        });
        save([...next, ...added]);
        return {
          acknowledged: true,
          insertedId: added[0]?.['_id'] ?? null,
          matchedCount: hit.size,
          modifiedCount: modified,
          upsertedCount: added.length,
        };
      }
      case 'deleteOne':
      case 'deleteMany': {
        const all = matching();
        const gone = new Set(name === 'deleteOne' ? all.slice(0, 1) : all);
        save(documents.filter((document) => !gone.has(document)));
        return { acknowledged: true, deletedCount: gone.size };
      }
      case 'drop':
        if (this.process.files.exists(this.#path(database, collection))) this.process.files.remove(this.#path(database, collection));
        return true;
      default:
        throw new Error(`db.${collection}.${name} is not modelled here`);
    }
  }

  #cursor(documents: readonly Document[], projection: Document | undefined, calls: Command['calls']): Document[] {
    let found = documents.slice();
    const last = (name: string): unknown => calls.findLast((call) => call.name === name)?.args[0];
    const sort = last('sort') as Record<string, number> | undefined;
    if (sort !== undefined)
      found.sort((one, other) => {
        for (const [field, direction] of Object.entries(sort)) {
          const difference = order(at(one, field), at(other, field)) * direction;
          if (difference !== 0) return difference;
        }
        return 0;
      });
    const skip = Number(last('skip') ?? 0);
    const limit = Number(last('limit') ?? 0);
    found = found.slice(skip, limit > 0 ? skip + limit : undefined);
    for (const { name } of calls)
      if (!['sort', 'skip', 'limit', 'toArray', 'pretty', 'count', 'forEach'].includes(name))
        throw new Error(`cursor.${name} is not modelled here`);
    if (projection === undefined || Object.keys(projection).length === 0) return found;
    const keeps = Object.entries(projection).some(([field, value]) => field !== '_id' && Boolean(value));
    return found.map((document) =>
      Object.fromEntries(
        Object.entries(document).filter(([field]) =>
          field === '_id'
            ? projection['_id'] !== 0 && projection['_id'] !== false
            : keeps === Boolean(projection[field]) && (keeps || !(field in projection)),
        ),
      ),
    );
  }

  /** Seconds since the epoch, then chance. */
  #id(): string {
    const seconds = Math.floor(this.process.now() / SECOND)
      .toString(16)
      .padStart(8, '0');
    return seconds + Array.from({ length: 16 }, () => this.process.random(16).toString(16)).join('');
  }

  #path(database: string, collection: string): string {
    return `${DATA}/${database}/${collection}.collection`;
  }

  #read(database: string, collection: string): Document[] {
    try {
      return JSON.parse(decode(this.process.files.read(this.#path(database, collection)))) as Document[];
    } catch (error) {
      if (error instanceof FileError) return [];
      throw error;
    }
  }

  #write(database: string, collection: string, documents: readonly Document[]): void {
    this.process.files.makeDirectory(`${DATA}/${database}`, { parents: true });
    this.process.files.write(this.#path(database, collection), encode(JSON.stringify(documents)));
  }

  #list(directory: string): string[] {
    return this.process.files.exists(directory) ? this.process.files.list(directory) : [];
  }
}
