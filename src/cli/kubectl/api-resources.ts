import type { Task } from '../../engine/os/task.ts';
import { groupResource, groupVersionOf } from './discovery.ts';
import type { Discovery, Mapping } from './discovery.ts';
import { CommandError, toldBy, UsageError } from './errors.ts';
import type { Session } from './session.ts';
import { tableText } from './tabwriter.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';
import { toKyaml } from './yaml/kyaml.ts';

/** In the order of complaints about another. */
export const API_RESOURCES_FORMATS: readonly string[] = ['json', 'kyaml', 'name', 'wide', 'yaml'];

export const API_RESOURCES_FLAGS =
  'o/output:string no-headers:bool api-group:string namespaced:bool=true verbs:list categories:list sort-by:string cached:bool show-managed-fields:bool';

export function* apiResources(session: Session): Task<number> {
  const { flags } = session;
  const output = flags.string('output');
  if (flags.args.length > 0)
    throw new CommandError(`unexpected arguments: [${flags.args.join(' ')}]\nSee 'kubectl api-resources -h' for help and examples`);
  if (!['', ...API_RESOURCES_FORMATS].includes(output))
    throw new CommandError(
      `unable to match a printer suitable for the output format "${output}", allowed formats are: ${API_RESOURCES_FORMATS.join(',')}`,
    );
  const sortBy = flags.string('sort-by');
  if (!['', 'name', 'kind'].includes(sortBy)) throw new CommandError('--sort-by accepts only name or kind');
  if (!flags.bool('cached')) yield* session.forgetDiscovery();
  const wide = output === 'wide';
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
  let known: Discovery;
  try {
    known = yield* session.discovery();
  } catch (error) {
    if (output === '' || wide) yield* session.out(tableText([header]));
    throw error;
  }
  const found = known.resources.filter(
    (each) =>
      each.preferred &&
      (!flags.has('api-group') || each.group === flags.string('api-group')) &&
      (!flags.has('namespaced') || each.namespaced === flags.bool('namespaced')) &&
      flags.slice('verbs').every((verb) => each.verbs.includes(verb)) &&
      flags.slice('categories').every((category) => each.categories.includes(category)),
  );
  const groups = [...new Set(found.map((each) => each.group))].sort();
  const order = (a: Mapping, b: Mapping): number => {
    const key = (each: Mapping): string => (sortBy === 'kind' ? each.kind : each.resource);
    if (sortBy === '' && a.group !== b.group) return groups.indexOf(a.group) - groups.indexOf(b.group);
    return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
  };
  const sorted = [...found].sort(order);
  if (output === 'name') {
    for (const each of sorted) yield* session.out(`${groupResource(each)}\n`);
    return 0;
  }
  if (output !== '' && output !== 'wide') {
    const listed = yield* asList(session, sorted);
    // The encoder of JSON writes the fields in the order of the Go type.
    yield* session.out(output === 'json' ? `${JSON.stringify(listed, null, 4)}\n` : output === 'yaml' ? toYaml(listed) : toKyaml(listed));
    return 0;
  }
  const rows = sorted.map((each) => [
    each.resource,
    each.shortNames.join(','),
    groupVersionOf(each.group, each.version),
    String(each.namespaced),
    each.kind,
    ...(wide ? [each.verbs.join(','), each.categories.join(',')] : []),
  ]);
  yield* session.out(tableText(flags.bool('no-headers') ? rows : [header, ...rows]));
  return 0;
}

/** An `APIResourceList` of what was found, each with its group and version, as the server describes it. */
function* asList(session: Session, found: readonly Mapping[]): Task<JsonObject> {
  const { lists } = yield* session.servedApis();
  const resources = found.map(({ group, version, resource }) => {
    const known = list(lists.get(groupVersionOf(group, version)), 'resources').find((each) => text(each, 'name') === resource);
    const { name, singularName, namespaced, kind, ...rest } = object(known);
    return { name, singularName, namespaced, ...(group === '' ? {} : { group }), version, kind, ...rest } as JsonObject;
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: '', resources };
}

export function* apiVersions(session: Session): Task<number> {
  if (session.flags.args.length > 0) throw new UsageError(session.command, `unexpected arguments: [${session.flags.args.join(' ')}]`);
  yield* session.forgetDiscovery();
  let versions: string[];
  try {
    versions = [...(yield* session.discovery()).groupVersions].sort();
  } catch (error) {
    throw new CommandError(`couldn't get available api versions from server: ${toldBy(error)}`);
  }
  yield* session.out(versions.map((each) => `${each}\n`).join(''));
  return 0;
}
