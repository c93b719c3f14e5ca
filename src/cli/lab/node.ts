import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { refuse } from './answers.ts';
import type { MachineControl, NewMachine } from '../machines.ts';

const USAGE = 'write lab node add NAME [--bare] [--cpu 4] [--memory 8Gi] [--label KEY=VALUE]';

/** `lab node add NAME`: a machine more, which joins by itself unless it is to be bare. */
export function* addNode(process: Process, machines: MachineControl, args: readonly string[]): Task<number> {
  const given = read(args);
  const problem = typeof given === 'string' ? given : machines.add(given);
  if (problem !== undefined || typeof given === 'string') return yield* refuse(process, problem ?? '');
  const address = machines.all().find(({ name }) => name === given.name)?.address ?? '';
  yield* writeText(
    process.stdout,
    given.bare ? `${given.name} (${address}) is there, and no node yet: kubeadm join makes it one\n` : `${given.name} (${address}) joins\n`,
  );
  return 0;
}

/** `lab node remove NAME`: its Node stays behind, as that of any machine that is gone. */
export function* removeNode(process: Process, machines: MachineControl, name: string | undefined): Task<number> {
  const problem = name === undefined ? 'remove which? Write lab node remove NAME' : machines.remove(name);
  if (problem !== undefined) return yield* refuse(process, problem);
  yield* writeText(process.stdout, `${name ?? ''} is gone\n`);
  return 0;
}

function read(args: readonly string[]): NewMachine | string {
  let name: string | undefined;
  let bare = false;
  const values: { cpu?: string; memory?: string; runtime?: string } = {};
  const labels: Record<string, string> = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, flag, attached] = /^--([a-z]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (flag === 'bare') bare = true;
    else if (flag === 'cpu' || flag === 'memory' || flag === 'runtime' || flag === 'label') {
      const value = attached ?? args[++i];
      if (value === undefined) return `--${flag} wants a value`;
      if (flag !== 'label') values[flag] = value;
      else {
        const [key = '', of] = value.split('=');
        if (of === undefined) return `--label: "${value}" is no KEY=VALUE`;
        labels[key] = of;
      }
    } else if (arg.startsWith('-') || name !== undefined) return `unknown argument ${arg}; ${USAGE}`;
    else name = arg;
  }
  return name === undefined ? USAGE : { name, bare, labels, ...values };
}
