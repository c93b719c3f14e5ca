import { createTwoFilesPatch } from 'diff';
import type { Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import { isBuiltIn } from './built-in.ts';
import { groupVersionOf, pathOf } from './discovery.ts';
import { CommandError, isReason, UsageError } from './errors.ts';
import { goJson } from './gotext.ts';
import { labelFilter } from './label-filter.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import type { Info } from './info.ts';
import { visible } from './printers.ts';
import { prunableKinds, whatPruningDeletes } from './prune.ts';
import { FILE_FLAGS } from './resources.ts';
import type { Session } from './session.ts';
import { threeWayPatch } from './three-way.ts';
import { byCodePoint, object, text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

export const DIFF_FLAGS = `${FILE_FLAGS} server-side:bool force-conflicts:bool field-manager:string l/selector:string prune:bool prune-allowlist:list show-managed-fields:bool show-secrets:bool concurrency:int=1`;

interface Version {
  readonly name: string;
  readonly live: string;
  readonly merged: string;
}

/** Exit code 1: there are differences. */
export function* diff(session: Session): Task<number> {
  const { flags } = session;
  const files = manifestSources(session);
  if (flags.args.length > 0) throw new UsageError(session.command, `Unexpected args: [${flags.args.join(' ')}]`);
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  if (flags.bool('force-conflicts') && !flags.bool('server-side'))
    throw new CommandError('--force-conflicts only works with --server-side');
  const pruned = flags.bool('prune') ? yield* prunableKinds(session) : undefined;
  const wanted = labelFilter(flags.string('selector'));
  const versions: Version[] = [];
  const visited: Info[] = [];
  const print = (value: JsonObject | undefined): string => (value === undefined ? '' : toYaml(visible(session, value)));
  const options = { files, recursive: flags.bool('recursive'), validate: false, onlyFirst: true };
  yield* visitManifests(session, options, function* (info) {
    if (!wanted(info.object)) return;
    let live: JsonObject | undefined;
    try {
      live = yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
    if (live !== undefined) visited.push({ ...info, object: live });
    let merged: JsonObject | undefined = yield* mergedWith(session, info, live);
    if (info.mapping.kind === 'Secret' && info.mapping.group === '' && !flags.bool('show-secrets'))
      [live, merged] = withSecretsMasked(live, merged);
    versions.push({ name: nameOf(info), live: print(live), merged: print(merged) });
  });
  if (pruned !== undefined)
    for (const info of yield* whatPruningDeletes(session, visited, pruned))
      versions.push({ name: nameOf(info), live: print(info.object), merged: '' });
  return yield* compare(
    session,
    versions.filter(({ live, merged }) => live !== merged).sort((a, b) => byCodePoint(a.name, b.name)),
  );
}

/** What the server would make of it. */
function* mergedWith(session: Session, info: Info, live: JsonObject | undefined): Task<JsonObject> {
  const { flags } = session;
  const { mapping, namespace, name } = info;
  const serverSide = flags.bool('server-side');
  const fieldManager = flags.string('field-manager') || (serverSide ? 'kubectl' : 'kubectl-client-side-apply');
  const query = { dryRun: 'All', fieldManager };
  if (serverSide)
    return yield* session.json('PATCH', pathOf(mapping, namespace, name), {
      body: goJson(info.object),
      query: { ...query, force: String(flags.bool('force-conflicts')) },
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  if (live === undefined)
    return yield* session.json('POST', pathOf(mapping, namespace), {
      body: info.object,
      query,
      headers: { 'content-type': 'application/json' },
    });
  const previous = text(live, 'metadata', 'annotations', LAST_APPLIED);
  // Without the new last-applied text, yet with a map of annotations: otherwise all of the live ones would go with the old map.
  const metadata = object(info.object, 'metadata');
  const modified = { ...info.object, metadata: { ...metadata, annotations: object(metadata, 'annotations') } };
  const patch = threeWayPatch(previous === '' ? {} : (JSON.parse(previous) as JsonObject), modified, live, isBuiltIn(mapping.group));
  if (Object.keys(patch).length === 0) return live;
  return yield* session.json('PATCH', pathOf(mapping, namespace, name), {
    body: goJson(patch),
    query,
    headers: { 'content-type': `application/${isBuiltIn(mapping.group) ? 'strategic-merge-patch' : 'merge-patch'}+json` },
  });
}

/** Values of a Secret are not shown, only whether they differ. */
function withSecretsMasked(live: JsonObject | undefined, merged: JsonObject): [JsonObject | undefined, JsonObject] {
  const [was, will] = [object(live, 'data'), object(merged, 'data')];
  const mask = (own: JsonObject, other: JsonObject, differs: string): JsonObject =>
    Object.fromEntries(Object.keys(own).map((key) => [key, key in other && own[key] !== other[key] ? `*** (${differs})` : '***']));
  const masked = <T extends JsonObject | undefined>(value: T, data: JsonObject): T =>
    value?.['data'] === undefined ? value : { ...value, data };
  return [masked(live, mask(was, will, 'before')), masked(merged, mask(will, was, 'after'))];
}

function nameOf({ mapping, namespace, name }: Info): string {
  return `${groupVersionOf(mapping.group, mapping.version).replace('/', '.')}.${mapping.kind}.${namespace ?? ''}.${name}`;
}

/** With the program that KUBECTL_EXTERNAL_DIFF names, or as `diff -u -N` does it. */
function* compare(session: Session, versions: readonly Version[]): Task<number> {
  const { process } = session;
  const [left, right] = ['LIVE', 'MERGED'].map((side) => `/tmp/${side}-${1_000_000_000 + process.random(1_000_000_000)}`) as [
    string,
    string,
  ];
  const external = process.env.get('KUBECTL_EXTERNAL_DIFF') ?? '';
  if (external !== '') return yield* compareWith(session, external.split(/\s+/), versions, left, right);
  const stamp = new Date(process.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.(\d+)Z$/, '.$1000000 +0000');
  for (const { name, live, merged } of versions) {
    const [from, to] = [`${left}/${name}`, `${right}/${name}`];
    const body = createTwoFilesPatch(from, to, live, merged, stamp, stamp, { context: 3 }).replace(/^=+\n/, '');
    yield* session.out(`diff -u -N ${from} ${to}\n${body}`);
  }
  return versions.length > 0 ? 1 : 0;
}

function* compareWith(session: Session, words: readonly string[], versions: readonly Version[], left: string, right: string): Task<number> {
  const { files, spawn } = session.process;
  for (const directory of [left, right]) files.makeDirectory(directory, { parents: true });
  try {
    for (const { name, live, merged } of versions) {
      if (live !== '') files.write(`${left}/${name}`, encode(live));
      if (merged !== '') files.write(`${right}/${name}`, encode(merged));
    }
    // What is no word of letters and dashes is left out: the variable may not smuggle in a path to write to.
    const code = yield* spawn([...words.filter((word, i) => i === 0 || /^[a-zA-Z0-9-=]+$/.test(word)), left, right]).wait();
    if (code === 127) throw new CommandError(`failed to run "${words[0] as string}": executable file not found in $PATH`);
    if (code > 1) throw new CommandError(`exit status ${code}`);
    return code;
  } finally {
    for (const directory of [left, right]) files.remove(directory, { recursive: true });
  }
}
