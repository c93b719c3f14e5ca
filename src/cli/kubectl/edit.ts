import type { Task } from '../../engine/os/task.ts';
import { withLastApplied } from './last-applied-annotation.ts';
import { isBuiltIn } from './built-in.ts';
import { sendPatch } from './changes.ts';
import { EDIT_NOTE, editInEditor } from './editor.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import type { Info } from './info.ts';
import { printerFor, PRINT_FLAGS, visible } from './printers.ts';
import { fetchOne, FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { threeWayPatch } from './three-way.ts';

export const EDIT_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} dry-run:string=none output-patch:bool save-config:bool subresource:string validate:string=strict?strict windows-line-endings:bool l/selector:string field-manager:string=kubectl-edit`;

export function* edit(session: Session): Task<number> {
  const { flags } = session;
  printerFor(session);
  const subresource = flags.string('subresource');
  if (subresource !== '' && !['resize', 'scale', 'status'].includes(subresource))
    throw new CommandError(`invalid subresource value: "${subresource}". Must be one of [resize scale status]`);
  const infos: Info[] = [];
  yield* visitAll(session, flags.args, { labelSelector: flags.string('selector'), everything: true }, function* (info) {
    infos.push(subresource === '' ? info : { ...info, object: yield* fetchOne(session, info.mapping, info.name, { subresource }) });
  });
  if (infos.length === 0) throw new CommandError('edit cancelled, no objects found');
  return yield* editInEditor(session, infos, {
    note: EDIT_NOTE,
    shown: (info) => visible(session, info.object),
    *send(info, before, after) {
      const strategic = isBuiltIn(info.mapping.group);
      const wanted = flags.bool('save-config') ? withLastApplied(after) : after;
      const patch = threeWayPatch(before, wanted, before, strategic);
      if (flags.bool('output-patch')) yield* session.out(`Patch: ${goJson(patch)}\n`);
      return yield* sendPatch(session, info, goJson(patch), {
        type: strategic ? 'strategic-merge-patch' : 'merge-patch',
        manager: flags.string('field-manager'),
        ...(subresource === '' ? {} : { subresource }),
      });
    },
  });
}
