import { Interrupted, type Connection, type Process, type Program } from '../../../os/process.ts';
import { run, type Task } from '../../../os/task.ts';
import { decode, encode } from '../../../os/text.ts';
import { untilSignal } from '../../../os/daemon.ts';

/** `memcached`: the text protocol's get, set, delete, version and quit on port 11211. */
export const memcached: Program = function* memcached(process: Process): Task<number> {
  const data = new Map<string, { flags: string; value: string }>();
  process.use({ memory: 3 * 1024 * 1024, cpu: 1 });
  process.net.listen(11211, (connection) => {
    const done = (): void => connection.close();
    run(serve(connection, data), done, (error) => {
      done();
      if (!(error instanceof Interrupted)) throw error;
    });
  });
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
};

function* serve(connection: Connection, data: Map<string, { flags: string; value: string }>): Task<void> {
  let pending = '';
  for (;;) {
    const end = pending.indexOf('\n');
    if (end < 0) {
      const chunk = yield* connection.input.read();
      if (chunk === undefined) return;
      pending += decode(chunk);
      continue;
    }
    const [command = '', key = '', flags = '0', , size = '0'] = pending.slice(0, end).trim().split(/\s+/);
    pending = pending.slice(end + 1);
    let answer = 'ERROR\r\n';
    if (command === 'set') {
      const length = Number(size);
      while (pending.length < length + 1) {
        const chunk = yield* connection.input.read();
        if (chunk === undefined) return;
        pending += decode(chunk);
      }
      data.set(key, { flags, value: pending.slice(0, length) });
      pending = pending.slice(length).replace(/^\r?\n/, '');
      answer = 'STORED\r\n';
    } else if (command === 'get') {
      const item = data.get(key);
      answer = item === undefined ? 'END\r\n' : `VALUE ${key} ${item.flags} ${item.value.length}\r\n${item.value}\r\nEND\r\n`;
    } else if (command === 'delete') answer = data.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
    else if (command === 'version') answer = 'VERSION 1.6.39\r\n';
    else if (command === 'quit') return;
    yield* connection.output.write(encode(answer));
  }
}
