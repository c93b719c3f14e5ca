import { Interrupted, type Connection, type Process, type Program } from '../../../os/process.ts';
import { run, type Task } from '../../../os/task.ts';
import { decode, encode, readLine, writeText } from '../../../os/text.ts';
import { say, untilSignal } from '../../../os/daemon.ts';
import { RedisData, type Reply } from './redis-data.ts';

/** `redis-server`: strings, counters, lists, hashes and sets over RESP and inline commands; with `--appendonly yes` kept in a file. */
export const redisServer: Program = function* redis(process: Process): Task<number> {
  const settings = settingsOf(process);
  const port = Number(settings.get('port') ?? 6379);
  const password = settings.get('requirepass') ?? '';
  const kept =
    settings.get('appendonly') === 'yes' ? `${(settings.get('dir') ?? process.cwd).replace(/\/$/, '')}/appendonly.aof` : undefined;
  const data = new RedisData(
    () => process.now(),
    kept === undefined || !process.files.exists(kept) ? undefined : decode(process.files.read(kept)),
  );
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
    const session: Session = {
      known: password === '',
      answer: (words) => {
        const name = words[0]?.toUpperCase() ?? '';
        if (name === 'AUTH') {
          if (password === '')
            return new Error(
              'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
            );
          session.known = words.at(-1) === password;
          return session.known ? '+OK' : new Error('WRONGPASS invalid username-password pair or user is disabled.');
        }
        if (!session.known && name !== 'QUIT' && name !== 'HELLO') return new Error('NOAUTH Authentication required.');
        if (name === 'CONFIG') return words[1]?.toUpperCase() === 'GET' ? [words[2] ?? '', settings.get(words[2] ?? '') ?? ''] : '+OK';
        const before = data.changes;
        const reply = data.execute(words);
        if (kept !== undefined && data.changes !== before) process.files.write(kept, encode(data.saved()));
        return reply;
      },
    };
    run(serve(connection, session), done, (error) => {
      done();
      if (!(error instanceof Interrupted)) throw error;
    });
  });
  yield* untilSignal(process, ['TERM', 'INT']);
  log('*', 'User requested shutdown...');
  log('*', 'Redis is now ready to exit, bye bye...');
  return 0;
};

interface Session {
  known: boolean;
  answer(words: readonly string[]): Reply;
}

/** From the configuration file that is named first, and from flags. */
function settingsOf({ argv, files }: Process): Map<string, string> {
  const settings = new Map<string, string>();
  const file = argv[1];
  if (file !== undefined && !file.startsWith('-') && files.exists(file))
    for (const line of decode(files.read(file)).split('\n')) {
      const [, name, value = ''] = /^\s*([a-z][\w-]*)\s+(.*?)\s*$/.exec(line) ?? [];
      if (name !== undefined) settings.set(name, value.replace(/^"(.*)"$/, '$1'));
    }
  argv.forEach((arg, i) => {
    if (arg.startsWith('--')) settings.set(arg.slice(2), argv[i + 1] ?? '');
  });
  return settings;
}

/** `redis-cli [-h host] [-p port] command…`. */
export const redisCli: Program = function* redisCli(process: Process): Task<number> {
  const args = process.argv.slice(1);
  let host = '127.0.0.1';
  let port = 6379;
  let password = process.env.get('REDISCLI_AUTH') ?? '';
  while (args[0]?.startsWith('-') === true) {
    const flag = args.shift();
    if (flag === '-h') host = args.shift() ?? host;
    else if (flag === '-p') port = Number(args.shift());
    else if (flag === '-a' || flag === '--pass') password = args.shift() ?? '';
    else if (flag === '-n') args.shift();
    else if (flag !== '--raw' && flag !== '--no-auth-warning' && flag !== '-c') {
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
  if (password !== '') yield* ask(connection, ['AUTH', password]);
  if (args.length > 0) yield* writeText(process.stdout, render(yield* ask(connection, args), process.terminal !== undefined));
  else yield* lines(process, connection, `${host}:${port}> `);
  connection.close();
  return 0;
};

/** Commands from a terminal or a pipe, a line each. */
function* lines(process: Process, connection: Connection, prompt: string): Task<void> {
  for (;;) {
    if (process.terminal !== undefined) yield* writeText(process.stdout, prompt);
    const line = yield* readLine(process.stdin);
    if (line === undefined || /^\s*(exit|quit)\s*$/i.test(line)) return;
    const words = Array.from(
      line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g),
      ([, double, single, bare]) => double ?? single ?? bare ?? '',
    );
    if (words.length > 0) yield* writeText(process.stdout, render(yield* ask(connection, words), process.terminal !== undefined));
  }
}

function* ask(connection: Connection, words: readonly string[]): Task<string> {
  yield* connection.output.write(encode(`*${words.length}\r\n${words.map((word) => `$${encode(word).length}\r\n${word}\r\n`).join('')}`));
  const answer = yield* connection.input.read();
  return answer === undefined ? '' : decode(answer);
}

function* serve(connection: Connection, session: Session): Task<void> {
  let pending = '';
  for (;;) {
    const chunk = yield* connection.input.read();
    if (chunk === undefined) return;
    pending += decode(chunk);
    for (let next = take(pending); next !== undefined; next = take(pending)) {
      pending = next.rest;
      if (next.words.length === 0) continue;
      yield* connection.output.write(encode(encodeReply(session.answer(next.words))));
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

function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply !== 'string') return `*${reply.length}\r\n${reply.map((item) => `$${encode(item).length}\r\n${item}\r\n`).join('')}`;
  return reply.startsWith('+') ? `${reply}\r\n` : `$${encode(reply).length}\r\n${reply}\r\n`;
}

/** What redis-cli prints: types are told to people at a terminal, scripts get the bare values. */
function render(answer: string, told: boolean): string {
  const [first = '', ...rest] = answer.split('\r\n');
  if (first.startsWith('+')) return `${first.slice(1)}\n`;
  if (first.startsWith('-')) return `${told ? '(error) ' : ''}${first.slice(1)}\n`;
  if (first.startsWith(':')) return `${told ? '(integer) ' : ''}${first.slice(1)}\n`;
  if (first === '$-1') return told ? '(nil)\n' : '\n';
  if (first.startsWith('$')) return told ? `"${rest[0] ?? ''}"\n` : `${rest[0] ?? ''}\n`;
  const items = rest.filter((_, index) => index % 2 === 1);
  if (items.length === 0) return told ? '(empty array)\n' : '\n';
  return items.map((item, index) => (told ? `${index + 1}) "${item}"\n` : `${item}\n`)).join('');
}
