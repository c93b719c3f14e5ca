import type { Task } from '../../engine/os/task.ts';
import { decode, encode } from '../../engine/os/text.ts';
import { sendPatch } from './changes.ts';
import { CommandError } from './errors.ts';
import { isBuiltIn } from './built-in.ts';
import { printerFor, PRINT_FLAGS, resultPrinter, visible } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { threeWayPatch } from './three-way.ts';
import { isObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';
import { parseDocument } from './yaml/parse.ts';

export const EDIT_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} dry-run:string=none output-patch:bool! save-config:bool! subresource:string! validate:string=strict?strict windows-line-endings:bool l/selector:string field-manager:string=kubectl-edit`;

const NOTE = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

export function* edit(session: Session): Task<number> {
  const { process, flags } = session;
  const editor = process.env.get('KUBE_EDITOR') ?? process.env.get('EDITOR') ?? '';
  printerFor(session);
  yield* visitAll(session, flags.args, {}, function* (info) {
    if (editor === '')
      throw new CommandError(
        'there is no editor on this workstation: set KUBE_EDITOR to a command that changes a file, or use kubectl patch, set or apply',
      );
    const before = visible(session, info.object);
    const path = `/tmp/kubectl-edit-${1000 + process.random(9000)}.yaml`;
    process.files.makeDirectory('/tmp', { parents: true });
    process.files.write(path, encode(NOTE + toYaml(before)));
    try {
      const code = yield* process.spawn([...editor.split(/\s+/).filter(Boolean), path]).wait();
      if (code !== 0) throw new CommandError(`there was a problem with the editor "${editor}"`);
      const source = decode(process.files.read(path))
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n');
      const after = parseDocument(source, path);
      if (source.trim() === '' || !isObject(after)) {
        yield* session.err('Edit cancelled, saved file was empty.\n');
        return;
      }
      const strategic = isBuiltIn(info.mapping.group);
      const patch = threeWayPatch(before, after, before, strategic);
      if (Object.keys(patch).length === 0) {
        yield* session.err('Edit cancelled, no changes made.\n');
        return;
      }
      const found = yield* sendPatch(session, info, patch, {
        type: strategic ? 'strategic-merge-patch' : 'merge-patch',
        manager: flags.string('field-manager'),
      });
      yield* session.out(resultPrinter(session, 'none')({ ...info, object: found }, 'edited'));
    } finally {
      process.files.remove(path);
    }
  });
  return 0;
}
