import { run } from '../../engine/os/task.ts';
import { Interrupted, SIGNAL_NUMBER } from '../../engine/os/process.ts';
import { createKubectl } from '../kubectl/kubectl.ts';
import { httpTransport } from './http-transport.ts';
import { nodeProcess } from './node-process.ts';

// kubectl as a Node command: real sockets, files and signals resume its tasks.
const kubectl = createKubectl((_process, config) => httpTransport(config));
const ownProcess = nodeProcess(['kubectl', ...process.argv.slice(2)]);

// Whoever writes to a closed pipe hears of it from the write itself.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const end = (code: number): void => {
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
};
const running = run(kubectl(ownProcess.process), end, (error) => {
  if (error instanceof Interrupted) return end(128 + SIGNAL_NUMBER[error.signal]);
  console.error(error);
  end(255);
});
for (const [name, signal] of [
  ['SIGINT', 'INT'],
  ['SIGTERM', 'TERM'],
  ['SIGHUP', 'HUP'],
] as const) {
  process.on(name, () => {
    const handler = ownProcess.handlers.get(signal);
    if (handler === undefined) running.interrupt(new Interrupted(signal));
    else handler(signal);
  });
}
