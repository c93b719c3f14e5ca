import { VERSION } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import { dump } from 'js-yaml';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';

/** `kubeadm version [-o short|json|yaml]`. */
export function* version(process: Process, args: readonly string[]): Task<number> {
  const { flags } = readArguments(args, { values: ['o', 'output'], switches: [] });
  const form = flags.get('o') ?? flags.get('output') ?? '';
  const [, minor = ''] = VERSION.split('.');
  const clientVersion = { major: '1', minor, gitVersion: VERSION, gitTreeState: 'clean', platform: 'linux/amd64' };
  switch (form) {
    case '':
      yield* writeText(
        process.stdout,
        `kubeadm version: &version.Info{Major:"1", Minor:"${minor}", GitVersion:"${VERSION}", GitTreeState:"clean", Platform:"linux/amd64"}\n`,
      );
      return 0;
    case 'short':
      yield* writeText(process.stdout, `${VERSION}\n`);
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
