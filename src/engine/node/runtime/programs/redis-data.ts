/** What a command answers: `+OK` is a simple string, null is nil. */
export type Reply = string | number | null | Error | readonly string[];

type Value = string | string[] | Map<string, string> | Set<string>;

interface Item {
  value: Value;
  /** Virtual time at which it goes. */
  until: number | undefined;
}

class WrongType extends Error {}

/** Keys and what they hold. */
export class RedisData {
  /** Grows with every change. */
  changes = 0;
  readonly #items = new Map<string, Item>();

  constructor(
    readonly now: () => number,
    saved?: string,
  ) {
    if (saved === undefined) return;
    for (const [key, kind, value, until] of JSON.parse(saved) as [string, string, unknown, number | null][]) {
      const held =
        kind === 'hash' ? new Map(value as [string, string][]) : kind === 'set' ? new Set(value as string[]) : (value as string | string[]);
      this.#items.set(key, { value: held, until: until ?? undefined });
    }
  }

  saved(): string {
    return JSON.stringify(
      Array.from(this.#items, ([key, { value, until }]) => [
        key,
        kindOf(value),
        value instanceof Map || value instanceof Set ? [...value] : value,
        until ?? null,
      ]),
    );
  }

  execute(words: readonly string[]): Reply {
    const [command = '', ...args] = words;
    const name = command.toLowerCase();
    const known = COMMANDS[name];
    if (known === undefined)
      return new Error(`ERR unknown command '${command}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`);
    if (args.length < known.least) return new Error(`ERR wrong number of arguments for '${name}' command`);
    try {
      return known.run(this, args);
    } catch (error) {
      if (error instanceof WrongType) return new Error('WRONGTYPE Operation against a key holding the wrong kind of value');
      throw error;
    }
  }

  keys(): string[] {
    return [...this.#items.keys()].filter((key) => this.item(key) !== undefined);
  }

  item(key: string): Item | undefined {
    const item = this.#items.get(key);
    if (item?.until === undefined || item.until > this.now()) return item;
    this.#items.delete(key);
    return undefined;
  }

  text(key: string): string | undefined {
    const value = this.item(key)?.value;
    if (value !== undefined && typeof value !== 'string') throw new WrongType();
    return value;
  }

  list(key: string): string[] {
    return this.#held(key, Array.isArray, []);
  }

  hash(key: string): Map<string, string> {
    return this.#held(key, (value): value is Map<string, string> => value instanceof Map, new Map());
  }

  members(key: string): Set<string> {
    return this.#held(key, (value): value is Set<string> => value instanceof Set, new Set());
  }

  set(key: string, value: Value, until?: number): void {
    this.changes++;
    const empty = (Array.isArray(value) && value.length === 0) || ((value instanceof Map || value instanceof Set) && value.size === 0);
    if (empty) this.#items.delete(key);
    else this.#items.set(key, { value, until });
  }

  drop(key: string): boolean {
    const there = this.item(key) !== undefined;
    if (this.#items.delete(key)) this.changes++;
    return there;
  }

  clear(): void {
    this.changes++;
    this.#items.clear();
  }

  #held<T extends Value>(key: string, is: (value: Value) => value is T, empty: T): T {
    const value = this.item(key)?.value;
    if (value === undefined) return empty;
    if (!is(value)) throw new WrongType();
    return value;
  }
}

interface Command {
  /** Arguments at least. */
  readonly least: number;
  run(data: RedisData, args: readonly string[]): Reply;
}

function add(data: RedisData, key: string, by: number): Reply {
  const value = Number(data.text(key) ?? 0);
  if (!Number.isInteger(value) || !Number.isInteger(by)) return new Error('ERR value is not an integer or out of range');
  data.set(key, String(value + by), data.item(key)?.until);
  return value + by;
}

function setOf(data: RedisData, [key = '', value = '', ...options]: readonly string[]): Reply {
  let until: number | undefined;
  for (let i = 0; i < options.length; i++) {
    const option = options[i]?.toUpperCase();
    if (option === 'EX') until = data.now() + 1000 * Number(options[++i]);
    else if (option === 'PX') until = data.now() + Number(options[++i]);
    else if (option === 'NX' && data.item(key) !== undefined) return null;
    else if (option === 'XX' && data.item(key) === undefined) return null;
    else if (option !== 'NX' && option !== 'XX') return new Error('ERR syntax error');
  }
  data.set(key, value, until);
  return '+OK';
}

function slice<T>(items: readonly T[], from: string, to: string): T[] {
  const place = (text: string): number => (Number(text) < 0 ? items.length + Number(text) : Number(text));
  return items.slice(Math.max(0, place(from)), place(to) + 1);
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

const COMMANDS: Readonly<Record<string, Command>> = {
  ping: { least: 0, run: (_, [text]) => text ?? '+PONG' },
  echo: { least: 1, run: (_, [text = '']) => text },
  quit: { least: 0, run: () => '+OK' },
  select: { least: 1, run: () => '+OK' },
  set: { least: 2, run: setOf },
  setex: { least: 3, run: (data, [key = '', seconds = '', value = '']) => setOf(data, [key, value, 'EX', seconds]) },
  setnx: { least: 2, run: (data, [key = '', value = '']) => (setOf(data, [key, value, 'NX']) === null ? 0 : 1) },
  get: { least: 1, run: (data, [key = '']) => data.text(key) ?? null },
  mset: {
    least: 2,
    run(data, args) {
      for (let i = 0; i + 1 < args.length; i += 2) data.set(args[i] as string, args[i + 1] as string);
      return '+OK';
    },
  },
  mget: { least: 1, run: (data, keys) => keys.map((key) => data.text(key) ?? '(nil)') },
  append: {
    least: 2,
    run(data, [key = '', more = '']) {
      const value = (data.text(key) ?? '') + more;
      data.set(key, value);
      return value.length;
    },
  },
  strlen: { least: 1, run: (data, [key = '']) => (data.text(key) ?? '').length },
  del: { least: 1, run: (data, keys) => keys.filter((key) => data.drop(key)).length },
  exists: { least: 1, run: (data, keys) => keys.filter((key) => data.item(key) !== undefined).length },
  incr: { least: 1, run: (data, [key = '']) => add(data, key, 1) },
  decr: { least: 1, run: (data, [key = '']) => add(data, key, -1) },
  incrby: { least: 2, run: (data, [key = '', by]) => add(data, key, Number(by)) },
  decrby: { least: 2, run: (data, [key = '', by]) => add(data, key, -Number(by)) },
  expire: {
    least: 2,
    run(data, [key = '', seconds]) {
      const item = data.item(key);
      if (item === undefined) return 0;
      data.set(key, item.value, data.now() + 1000 * Number(seconds));
      return 1;
    },
  },
  ttl: {
    least: 1,
    run(data, [key = '']) {
      const item = data.item(key);
      if (item === undefined) return -2;
      return item.until === undefined ? -1 : Math.round((item.until - data.now()) / 1000);
    },
  },
  type: { least: 1, run: (data, [key = '']) => `+${kindOf(data.item(key)?.value)}` },
  keys: { least: 1, run: (data, [pattern = '*']) => data.keys().filter((key) => glob(pattern).test(key)) },
  dbsize: { least: 0, run: (data) => data.keys().length },
  flushall: { least: 0, run: (data) => (data.clear(), '+OK') },
  flushdb: { least: 0, run: (data) => (data.clear(), '+OK') },
  save: { least: 0, run: () => '+OK' },
  lpush: {
    least: 2,
    run(data, [key = '', ...values]) {
      const list = [...values.reverse(), ...data.list(key)];
      data.set(key, list);
      return list.length;
    },
  },
  rpush: {
    least: 2,
    run(data, [key = '', ...values]) {
      const list = [...data.list(key), ...values];
      data.set(key, list);
      return list.length;
    },
  },
  lpop: {
    least: 1,
    run(data, [key = '']) {
      const [first, ...rest] = data.list(key);
      if (first === undefined) return null;
      data.set(key, rest);
      return first;
    },
  },
  rpop: {
    least: 1,
    run(data, [key = '']) {
      const list = data.list(key);
      const last = list.at(-1);
      if (last === undefined) return null;
      data.set(key, list.slice(0, -1));
      return last;
    },
  },
  llen: { least: 1, run: (data, [key = '']) => data.list(key).length },
  lrange: { least: 3, run: (data, [key = '', from = '0', to = '-1']) => slice(data.list(key), from, to) },
  hset: {
    least: 3,
    run(data, [key = '', ...fields]) {
      const hash = new Map(data.hash(key));
      const before = hash.size;
      for (let i = 0; i + 1 < fields.length; i += 2) hash.set(fields[i] as string, fields[i + 1] as string);
      data.set(key, hash);
      return hash.size - before;
    },
  },
  hget: { least: 2, run: (data, [key = '', field = '']) => data.hash(key).get(field) ?? null },
  hgetall: { least: 1, run: (data, [key = '']) => [...data.hash(key)].flat() },
  hdel: {
    least: 2,
    run(data, [key = '', ...fields]) {
      const hash = new Map(data.hash(key));
      const gone = fields.filter((field) => hash.delete(field)).length;
      data.set(key, hash);
      return gone;
    },
  },
  sadd: {
    least: 2,
    run(data, [key = '', ...values]) {
      const set = new Set(data.members(key));
      const before = set.size;
      for (const value of values) set.add(value);
      data.set(key, set);
      return set.size - before;
    },
  },
  smembers: { least: 1, run: (data, [key = '']) => [...data.members(key)] },
  scard: { least: 1, run: (data, [key = '']) => data.members(key).size },
  sismember: { least: 2, run: (data, [key = '', value = '']) => Number(data.members(key).has(value)) },
  info: {
    least: 0,
    run: (data) =>
      `# Server\r\nredis_version:7.4.5\r\nredis_mode:standalone\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\ndb0:keys=${data.keys().length},expires=0,avg_ttl=0\r\n`,
  },
};

function kindOf(value: Value | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'list' : value instanceof Map ? 'hash' : 'set';
}
