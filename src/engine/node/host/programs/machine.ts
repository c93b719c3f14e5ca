import type { Program } from '../../../os/process.ts';
import { writeText } from '../../../os/text.ts';
import { systemBus } from '../system-bus.ts';

/** Everybody here is root already. */
export const sudo: Program = function* (process) {
  const command = process.argv.slice(1);
  while (command[0]?.startsWith('-') === true) {
    const [flag] = command.splice(0, 1);
    if (flag === '-u') command.splice(0, 1);
    if ((flag === '-i' || flag === '-s') && command.length === 0) command.push('bash');
  }
  if (command.length === 0) {
    yield* writeText(process.stderr, 'usage: sudo [-i | -s] [-u user] command [arg ...]\n');
    return 1;
  }
  try {
    return yield* process.spawn(command).wait();
  } catch {
    yield* writeText(process.stderr, `sudo: ${command[0] ?? ''}: command not found\n`);
    return 1;
  }
};

/** Powers the machine off. */
export const poweroff: Program = function* (process) {
  const bus = systemBus(process);
  if (bus === undefined) {
    yield* writeText(process.stderr, 'Failed to connect to system scope bus via local transport: Host is down\n');
    return 1;
  }
  bus.systemd.powerOff();
  return 0;
};
