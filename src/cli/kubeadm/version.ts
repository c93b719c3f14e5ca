import { dump } from 'js-yaml';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { Failure } from './failure.ts';
import type { MachineControl } from '../machines.ts';
import { readArguments } from './flags.ts';
import { LATEST } from './versions.ts';

/** `kubeadm version [-o short|json|yaml]`. */
export function* version(process: Process, machines: MachineControl, args: readonly string[]): Task<number> {
  const { flags } = readArguments(args, { values: ['o', 'output'], switches: [] });
  const form = flags.get('o') ?? flags.get('output') ?? '';
  // Of the machine's package; the workstation has the newest.
  const own = machines.all().find(({ name }) => name === process.hostname)?.kubeadm ?? LATEST;
  const [, minor = ''] = own.split('.');
  const clientVersion = { major: '1', minor, gitVersion: own, gitTreeState: 'clean', platform: 'linux/amd64' };
  switch (form) {
    case '':
      yield* writeText(
        process.stdout,
        `kubeadm version: &version.Info{Major:"1", Minor:"${minor}", GitVersion:"${own}", GitTreeState:"clean", Platform:"linux/amd64"}\n`,
      );
      return 0;
    case 'short':
      yield* writeText(process.stdout, `${own}\n`);
      return 0;
    case 'json':
      yield* writeText(process.stdout, `${JSON.stringify({ clientVersion }, null, 2)}\n`);
      return 0;
    case 'yaml':
      yield* writeText(process.stdout, dump({ clientVersion }));
      return 0;
    default:
      throw new Failure(`invalid output format: ${form}\nTo see the stack trace of this error execute with --v=5 or higher`);
  }
}
