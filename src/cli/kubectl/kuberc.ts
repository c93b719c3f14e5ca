import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';

/** `kubectl kuberc …` */
// eslint-disable-next-line require-yield
export function* refuseKuberc(): Task<number> {
  throw new CommandError('files of preferences (kuberc) are not modelled by this kubectl');
}

/** kubectl takes aliases and defaults of flags from ~/.kube/kuberc: what it says must not be passed over in silence. */
export function refuseKubercFile(process: Process): void {
  const { env, files } = process;
  const named = env.get('KUBERC') ?? '';
  if (named === 'off') return;
  const path = named === '' ? `${env.get('HOME') ?? '/root'}/.kube/kuberc` : resolvePath(process, named);
  if (files.exists(path))
    throw new CommandError(`${path}: files of preferences (kuberc) are not modelled by this kubectl; KUBERC=off goes on without`);
}
