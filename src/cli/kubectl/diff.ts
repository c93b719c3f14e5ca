import { createTwoFilesPatch } from 'diff';
import type { Task } from '../../engine/os/task.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import { isBuiltIn } from './built-in.ts';
import { groupVersionOf, pathOf } from './discovery.ts';
import { CommandError, isReason } from './errors.ts';
import { goJson } from './gotext.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { visible } from './printers.ts';
import { FILE_FLAGS } from './resources.ts';
import type { Session } from './session.ts';
import { threeWayPatch } from './three-way.ts';
import { object, text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const DIFF_FLAGS = `${FILE_FLAGS} server-side:bool! force-conflicts:bool! field-manager:string=kubectl-client-side-apply l/selector:string prune:bool! show-managed-fields:bool concurrency:int=1`;

/** Exit code 1: there are differences. */
export function* diff(session: Session): Task<number> {
  const { flags } = session;
  const files = manifestSources(session);
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  let differs = false;
  const suffix = 1_000_000_000 + session.process.random(1_000_000_000);
  const stamp = new Date(session.process.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.(\d+)Z$/, '.$1000000 +0000');
  yield* visitManifests(session, { files, recursive: flags.bool('recursive'), validate: false }, function* (info) {
    const { mapping } = info;
    const query = { dryRun: 'All', fieldManager: flags.string('field-manager') };
    let live: JsonObject | undefined;
    try {
      live = yield* session.json('GET', pathOf(mapping, info.namespace, info.name));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    let merged: JsonObject;
    if (live === undefined)
      merged = yield* session.json('POST', pathOf(mapping, info.namespace), {
        body: info.object,
        query,
        headers: { 'content-type': 'application/json' },
      });
    else {
      const previous = text(live, 'metadata', 'annotations', LAST_APPLIED);
      // Without the new last-applied text, yet with a map of annotations: otherwise all of the live ones would go with the old map.
      const metadata = object(info.object, 'metadata');
      const modified = { ...info.object, metadata: { ...metadata, annotations: object(metadata, 'annotations') } };
      const patch = threeWayPatch(previous === '' ? {} : (JSON.parse(previous) as JsonObject), modified, live, isBuiltIn(mapping.group));
      merged =
        Object.keys(patch).length === 0
          ? live
          : yield* session.json('PATCH', pathOf(mapping, info.namespace, info.name), {
              body: goJson(patch),
              query,
              headers: { 'content-type': `application/${isBuiltIn(mapping.group) ? 'strategic-merge-patch' : 'merge-patch'}+json` },
            });
    }
    const show = (value: JsonObject | undefined): string => (value === undefined ? '' : toYaml(visible(session, value)));
    const [before, after] = [show(live), show(merged)];
    if (before === after) return;
    differs = true;
    const name = `${groupVersionOf(mapping.group, mapping.version).replace('/', '.')}.${mapping.kind}.${info.namespace ?? ''}.${info.name}`;
    const [left, right] = [`/tmp/LIVE-${suffix}/${name}`, `/tmp/MERGED-${suffix}/${name}`];
    const body = createTwoFilesPatch(left, right, before, after, stamp, stamp, { context: 3 }).replace(/^=+\n/, '');
    yield* session.out(`diff -u -N ${left} ${right}\n${body}`);
  });
  return differs ? 1 : 0;
}
