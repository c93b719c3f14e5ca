import type { Task } from '../../engine/os/task.ts';
import { groupResource, pathOf } from './discovery.ts';
import { dryRunOf, dryRunQuery } from './printers.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import type { JsonObject } from './values.ts';

export type PatchType = 'merge-patch' | 'strategic-merge-patch' | 'json-patch';

/** Sends a patch of one object; with `--dry-run=client` nothing is sent and the object stays as it is. */
export function* sendPatch(
  session: Session,
  info: Info,
  patch: object | string,
  options: { type?: PatchType; manager?: string; subresource?: string } = {},
): Task<JsonObject> {
  const dryRun = session.flags.knows('dry-run') ? dryRunOf(session) : 'none';
  if (dryRun === 'client') return info.object;
  return yield* session.json('PATCH', pathOf(info.mapping, info.namespace, info.name, options.subresource), {
    body: patch,
    query: { fieldManager: options.manager ?? 'kubectl-patch', ...dryRunQuery(dryRun) },
    headers: { 'content-type': `application/${options.type ?? 'merge-patch'}+json` },
    what: `patch ${groupResource(info.mapping)} ${info.name}`,
  });
}
