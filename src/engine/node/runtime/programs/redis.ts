import { Interrupted, type Connection, type Process, type Program } from '../../../os/process.ts';
import { run, type Task } from '../../../os/task.ts';
import { decode, encode, writeText } from '../../../os/text.ts';
import { say, untilSignal } from '../../../os/daemon.ts';

type Reply = string | number | null | Error | readonly string[];

/** `redis-server`: strings, counters and keys over RESP and inline commands. */
export const redisServer: Program = function* redis(process: Process): Task<number> {
  const data = new Map<string, string>();
  const portFlag = process.argv.indexOf('--port');
  const port = portFlag > 0 ? Number(process.argv[portFlag + 1]) : 6379;
  const log = (mark: string, text: string): void => {
    const [date = '', time = ''] = new Date(process.now()).toISOString().slice(0, 23).split('T');
    const [year = '', month = '', day = ''] = date.split('-');
    const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1] ?? '';
    say(process.stdout, `${process.pid}:M ${day} ${name} ${year} ${time} ${mark} ${text}\n`);
  };
  process.use({ memory: 10 * 1024 * 1024, cpu: 2 });
  log('*', 'monotonic clock: POSIX clock_gettime');
  log('*', `Running mode=standalone, port=${port}.`);
  log('*', 'Server initialized');
  log('*', 'Ready to accept connections tcp');
  process.net.listen(port, (connection) => {
    const done = (): void => connection.close();
    run(serve(connection, data), done, (error) => {
      done();
      if (!(error instanceof Interrupted)) throw error;
    });
  });
  yield* untilSignal(process, ['TERM', 'INT']);
  log('*', 'User requested shutdown...');
  log('*', 'Redis is now ready to exit, bye bye...');
  return 0;
};

/** `redis-cli [-h host] [-p port] command…`. */
export const redisCli: Program = function* redisCli(process: Process): Task<number> {
  const args = process.argv.slice(1);
  let host = '127.0.0.1';
  let port = 6379;
  while (args[0]?.startsWith('-') === true) {
    const flag = args.shift();
    if (flag === '-h') host = args.shift() ?? host;
    else if (flag === '-p') port = Number(args.shift());
    else {
      yield* writeText(process.stderr, `Unrecognized option or bad number of args for: '${flag ?? ''}'\n`);
      return 1;
    }
  }
  let connection: Connection;
  try {
    connection = yield* process.net.connect(host, port);
  } catch (error) {
    const why =
      error instanceof Error && /no such host|lookup/.test(error.message)
        ? 'Name or service not known'
        : error instanceof Error && error.message.includes('timeout')
          ? 'Connection timed out'
          : 'Connection refused';
    yield* writeText(process.stderr, `Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  yield* connection.output.write(encode(`*${args.length}\r\n${args.map((arg) => `$${encode(arg).length}\r\n${arg}\r\n`).join('')}`));
  const answer = yield* connection.input.read();
  yield* writeText(process.stdout, render(answer === undefined ? '' : decode(answer)));
  connection.close();
  return 0;
};

function* serve(connection: Connection, data: Map<string, string>): Task<void> {
  let pending = '';
  for (;;) {
    const chunk = yield* connection.input.read();
    if (chunk === undefined) return;
    pending += decode(chunk);
    for (let next = take(pending); next !== undefined; next = take(pending)) {
      pending = next.rest;
      if (next.words.length === 0) continue;
      yield* connection.output.write(encode(encodeReply(execute(next.words, data))));
      if (next.words[0]?.toUpperCase() === 'QUIT') return;
    }
  }
}

/** The first whole command at the head of `text`: an array of bulk strings, or a line of words. */
function take(text: string): { words: string[]; rest: string } | undefined {
  if (!text.startsWith('*')) {
    const end = text.indexOf('\n');
    return end < 0
      ? undefined
      : {
          words: text
            .slice(0, end)
            .trim()
            .split(/\s+/)
            .filter((word) => word !== ''),
          rest: text.slice(end + 1),
        };
  }
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    at += size[0].length;
    const length = Number(size[1]);
    if (text.length < at + length + 2) return undefined;
    words.push(text.slice(at, at + length));
    at += length + 2;
  }
  return { words, rest: text.slice(at) };
}

function execute(words: readonly string[], data: Map<string, string>): Reply {
  const [command = '', ...args] = words;
  const name = command.toUpperCase();
  const wrong = (): Error => new Error(`ERR wrong number of arguments for '${command.toLowerCase()}' command`);
  const add = (key: string | undefined, by: number): Reply => {
    if (key === undefined) return wrong();
    const value = Number(data.get(key) ?? 0);
    if (!Number.isInteger(value) || !Number.isInteger(by)) return new Error('ERR value is not an integer or out of range');
    data.set(key, String(value + by));
    return value + by;
  };
  switch (name) {
    case 'PING':
      return args[0] ?? '+PONG';
    case 'ECHO':
      return args[0] ?? wrong();
    case 'QUIT':
      return '+OK';
    case 'SET':
      if (args.length < 2) return wrong();
      data.set(args[0] as string, args[1] as string);
      return '+OK';
    case 'GET':
      return args.length === 1 ? (data.get(args[0] as string) ?? null) : wrong();
    case 'DEL':
      return args.filter((key) => data.delete(key)).length;
    case 'EXISTS':
      return args.filter((key) => data.has(key)).length;
    case 'INCR':
      return add(args[0], 1);
    case 'DECR':
      return add(args[0], -1);
    case 'INCRBY':
      return add(args[0], Number(args[1]));
    case 'KEYS':
      return [...data.keys()];
    case 'DBSIZE':
      return data.size;
    case 'FLUSHALL':
      data.clear();
      return '+OK';
    default:
      return new Error(`ERR unknown command '${command}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`);
  }
}

function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply !== 'string') return `*${reply.length}\r\n${reply.map((item) => `$${encode(item).length}\r\n${item}\r\n`).join('')}`;
  return reply.startsWith('+') ? `${reply}\r\n` : `$${encode(reply).length}\r\n${reply}\r\n`;
}

function render(answer: string): string {
  const [first = '', ...rest] = answer.split('\r\n');
  if (first.startsWith('+')) return `${first.slice(1)}\n`;
  if (first.startsWith('-')) return `(error) ${first.slice(1)}\n`;
  if (first.startsWith(':')) return `(integer) ${first.slice(1)}\n`;
  if (first === '$-1') return '(nil)\n';
  if (first.startsWith('$')) return `"${rest[0] ?? ''}"\n`;
  const items = rest.filter((_, index) => index % 2 === 1);
  return items.length === 0 ? '(empty array)\n' : items.map((item, index) => `${index + 1}) "${item}"\n`).join('');
}
