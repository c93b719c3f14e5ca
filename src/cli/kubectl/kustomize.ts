import type { Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import { CommandError } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';
import { buildKustomization } from './kustomize/build.ts';
import type { Session } from './session.ts';
import { text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const KUSTOMIZE_FLAGS =
  'o/output:string as-current-user:bool! enable-alpha-plugins:bool! enable-helm:bool! e/env:list! helm-api-versions:list! helm-command:string! helm-debug:bool! helm-kube-version:string! load-restrictor:string=LoadRestrictionsRootOnly mount:list! network:bool! network-name:string! reorder:string!';

/** `kubectl kustomize DIR`. */
export function* kustomize(session: Session): Task<number> {
  if (session.flags.args.length > 1) throw new CommandError('specify one path to kustomization.yaml');
  const restrictor = session.flags.string('load-restrictor');
  if (!RESTRICTORS.includes(restrictor))
    throw new CommandError(`illegal flag value --load-restrictor ${restrictor}; legal values: [${RESTRICTORS.join(' ')}]`);
  const objects = yield* kustomized(session, session.flags.args[0] ?? '.', restrictor === 'LoadRestrictionsNone');
  const output = session.flags.string('output');
  if (output === '') yield* session.out(documentsText(objects));
  else writeObjects(session, resolvePath(session.process, output), output, objects);
  return 0;
}

const RESTRICTORS = ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'];

/** Into a file, or a file an object where the path is a directory. */
function writeObjects({ process: { files } }: Session, path: string, said: string, objects: readonly JsonObject[]): void {
  if (files.exists(path) && files.stat(path).type === 'directory') {
    for (const each of objects) {
      const parts = [
        text(each, 'metadata', 'namespace'),
        text(each, 'apiVersion').replace('/', '_'),
        text(each, 'kind'),
        text(each, 'metadata', 'name'),
      ];
      files.write(
        `${path}/${parts
          .filter((part) => part !== '')
          .join('_')
          .toLowerCase()}.yaml`,
        encode(toYaml(each)),
      );
    }
    return;
  }
  if (!files.exists(path.replace(/\/[^/]*$/, '') || '/')) throw new CommandError(`open ${said}: no such file or directory`);
  files.write(path, encode(documentsText(objects)));
}

/** What a directory's kustomization makes. */
function* kustomized(session: Session, directory: string, anywhere = false): Task<readonly JsonObject[]> {
  if (!session.process.files.exists(resolvePath(session.process, directory))) {
    const why = `evalsymlink failure on '${directory}' : lstat ${resolvePath(session.process, directory)}: no such file or directory`;
    throw new CommandError(`must build at directory: not a valid directory: ${why}`);
  }
  const { files, env } = session.process;
  if (files.stat(resolvePath(session.process, directory)).type !== 'directory')
    throw new CommandError(`must build at directory: '${directory}': file is not directory`);
  const { objects, warnings } = buildKustomization(
    { files, env, anywhere },
    resolvePath(session.process, directory).replace(/\/+$/, '') || '/',
  );
  for (const warning of warnings) yield* session.err(`${warning}\n`);
  return objects;
}

/** The same as manifests, for `-k`. */
export function* kustomizedText(session: Session, directory: string): Task<string> {
  return documentsText(yield* kustomized(session, directory));
}

function documentsText(objects: readonly JsonObject[]): string {
  return objects.map((each) => toYaml(each)).join('---\n');
}
