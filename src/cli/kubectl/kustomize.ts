import type { Task } from '../../engine/os/task.ts';
import { CommandError, UsageError } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';
import { buildKustomization } from './kustomize/build.ts';
import type { Session } from './session.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const KUSTOMIZE_FLAGS =
  'o/output:string! as-current-user:bool! enable-alpha-plugins:bool! enable-helm:bool! env:list! helm-command:string! load-restrictor:string! mount:list! network:bool! network-name:string! reorder:string!';

/** `kubectl kustomize DIR`. */
export function* kustomize(session: Session): Task<number> {
  if (session.flags.args.length > 1) throw new UsageError(session.command, 'specify one path to kustomization.yaml');
  yield* session.out(documentsText(yield* kustomized(session, session.flags.args[0] ?? '.')));
  return 0;
}

/** What a directory's kustomization makes. */
export function* kustomized(session: Session, directory: string): Task<readonly JsonObject[]> {
  if (!session.process.files.exists(resolvePath(session.process, directory))) {
    const why = `evalsymlink failure on '${directory}' : lstat ${resolvePath(session.process, directory)}: no such file or directory`;
    throw new CommandError(`must build at directory: not a valid directory: ${why}`);
  }
  const { objects, warnings } = buildKustomization(session.process, resolvePath(session.process, directory).replace(/\/+$/, '') || '/');
  for (const warning of warnings) yield* session.err(`${warning}\n`);
  return objects;
}

export function documentsText(objects: readonly JsonObject[]): string {
  return objects.map((each) => toYaml(each)).join('---\n');
}
