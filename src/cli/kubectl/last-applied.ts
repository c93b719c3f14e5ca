import type { Task } from '../../engine/os/task.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import { sendPatch } from './changes.ts';
import { pathOf } from './discovery.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, visitAll, NO_RESOURCES } from './resources.ts';
import type { Session } from './session.ts';
import { text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const VIEW_LAST_APPLIED_FLAGS = `${FILE_FLAGS} o/output:string=yaml l/selector:string all:bool`;
export const SET_LAST_APPLIED_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} create-annotation:bool`;

export function* viewLastApplied(session: Session): Task<number> {
  const { flags } = session;
  const output = flags.string('output');
  if (output !== 'yaml' && output !== 'json')
    throw new CommandError(
      `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json\nSee 'kubectl apply view-last-applied -h' for help and examples`,
    );
  yield* visitAll(session, flags.args, { labelSelector: flags.string('selector'), all: flags.bool('all') }, function* (info) {
    const applied = text(info.object, 'metadata', 'annotations', LAST_APPLIED);
    // kubectl means to complain, but says nothing.
    if (applied === '') return;
    const value = JSON.parse(applied) as JsonObject;
    yield* session.out(output === 'yaml' ? toYaml(value) : `${goJson(value, '  ')}\n`);
  });
  return 0;
}

export function* setLastApplied(session: Session): Task<number> {
  const { flags } = session;
  const files = manifestSources(session);
  if (files.length === 0) throw new CommandError(NO_RESOURCES);
  yield* visitManifests(session, { files, recursive: flags.bool('recursive'), validate: false }, function* (info) {
    const live = yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
    if (text(live, 'metadata', 'annotations', LAST_APPLIED) === '' && !flags.bool('create-annotation')) {
      throw new CommandError(
        `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
      );
    }
    // The object as it stands in the file: `apply` writes empty annotations into it besides, so the first time there is a difference.
    const annotation = `${goJson(info.object)}\n`;
    if (text(live, 'metadata', 'annotations', LAST_APPLIED) === annotation)
      return yield* session.out(`set-last-applied ${info.name}: no changes required.\n`);
    const found = yield* sendPatch(
      session,
      { ...info, object: live },
      { metadata: { annotations: { [LAST_APPLIED]: annotation } } },
      { manager: 'kubectl-last-applied' },
    );
    yield* session.out(resultPrinter(session, dryRunOf(session))({ ...info, object: found }, 'configured'));
  });
  return 0;
}
