import type { Task } from '../../engine/os/task.ts';
import { LAST_APPLIED, withLastApplied } from './last-applied-annotation.ts';
import { sendPatch } from './changes.ts';
import { editInEditor } from './editor.ts';
import { CommandError } from './errors.ts';
import type { Info } from './info.ts';
import { PRINT_FLAGS } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { text } from './values.ts';
import type { JsonObject } from './values.ts';

export const EDIT_LAST_APPLIED_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} dry-run:string=none windows-line-endings:bool field-manager:string=kubectl-client-side-apply`;

const NOTE = [
  "Please edit the 'last-applied-configuration' annotations below.",
  "Lines beginning with a '#' will be ignored, and an empty file will abort the edit.",
];

export function* editLastApplied(session: Session): Task<number> {
  const infos: Info[] = [];
  // eslint-disable-next-line require-yield
  yield* visitAll(session, session.flags.args, { everything: true }, function* (info) {
    if (text(info.object, 'metadata', 'annotations', LAST_APPLIED) !== '') infos.push(info);
  });
  if (infos.length === 0)
    throw new CommandError(
      'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
    );
  return yield* editInEditor(session, infos, {
    note: NOTE,
    shown: (info) => JSON.parse(text(info.object, 'metadata', 'annotations', LAST_APPLIED)) as JsonObject,
    *send(info, _before, after) {
      const annotation = text(withLastApplied(after), 'metadata', 'annotations', LAST_APPLIED);
      return yield* sendPatch(
        session,
        info,
        { metadata: { annotations: { [LAST_APPLIED]: annotation } } },
        { manager: session.flags.string('field-manager') },
      );
    },
  });
}
