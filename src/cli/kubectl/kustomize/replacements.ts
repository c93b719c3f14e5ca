import { CommandError } from '../errors.ts';
import { isObject, list, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { isTarget } from './patches.ts';
import { idOf, withObject } from './resource.ts';
import type { Resource } from './resource.ts';

/** One of `replacements:`: a field of one object, or a fixed value, written to fields of others. */
export function replace(resources: readonly Resource[], entry: JsonObject): Resource[] {
  const value = entry['sourceValue'] === undefined ? sourceValue(resources, object(entry, 'source')) : (entry['sourceValue'] as Json);
  return list(entry, 'targets').reduce<Resource[]>((all, target) => writeTo(all, object(target), value), [...resources]);
}

function sourceValue(resources: readonly Resource[], source: JsonObject): Json {
  const found = resources.filter((each) => isTarget(each, exact(source)));
  const described = JSON.stringify(text(source, 'name') === '' ? text(source, 'kind') : `${text(source, 'kind')}/${text(source, 'name')}`);
  if (found.length === 0) throw new CommandError(`nothing selected by the source ${described} of a replacement`);
  if (found.length > 1) throw new CommandError(`multiple matches for the source ${described} of a replacement`);
  const path = text(source, 'fieldPath') || 'metadata.name';
  const value = read((found[0] as Resource).object, segments(path));
  if (value === undefined)
    throw new CommandError(`fieldPath \`${path}\` is missing for replacement source ${idOf((found[0] as Resource).object)}`);
  const delimiter = text(source, 'options', 'delimiter');
  if (delimiter === '') return value;
  const parts = text(value).split(delimiter);
  const index = Number(text(source, 'options', 'index') || '0');
  if (index < 0 || index >= parts.length) throw new CommandError(`options.index ${index} is out of bounds for value ${text(value)}`);
  return parts[index] as string;
}

function writeTo(resources: readonly Resource[], target: JsonObject, value: Json): Resource[] {
  const select = object(target, 'select');
  if (Object.keys(select).length === 0) throw new CommandError('target must specify resources to select');
  const paths = list(target, 'fieldPaths').length === 0 ? ['metadata.name'] : list(target, 'fieldPaths').map((each) => text(each));
  const options = object(target, 'options');
  return resources.map((each) => {
    const refused = list(target, 'reject').some((reject) => isTarget(each, exact(object(reject))));
    if (!isTarget(each, exact(select)) || refused) return each;
    let changed: Json = each.object;
    for (const path of paths) {
      const hits = { count: 0 };
      changed = write(changed, segments(path), value, options, hits);
      if (hits.count === 0) throw new CommandError(`unable to find field "${path}" in replacement target`);
    }
    return withObject(each, changed as JsonObject);
  });
}

/** Replacements name objects exactly, patches by patterns. */
function exact(selector: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(selector).map(([field, wanted]) => [
      field,
      ['kind', 'name', 'namespace', 'group', 'version'].includes(field) ? text(wanted).replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : wanted,
    ]),
  );
}

/** `spec.template.spec.containers.[name=web].image`; a dot in a key is escaped or stands in brackets. */
function segments(path: string): string[] {
  return [...path.matchAll(/\[[^\]]*\]|(?:\\.|[^.[\\])+/g)].map(([part]) => part.replace(/\\(.)/g, '$1'));
}

function matcher(segment: string): ((item: Json, index: number) => boolean) | undefined {
  if (segment === '*') return () => true;
  if (/^\d+$/.test(segment)) return (_item, index) => index === Number(segment);
  const pair = /^\[([^=\]]+)=(.*)\]$/.exec(segment);
  return pair === null ? undefined : (item) => text(item, ...(pair[1] as string).split('.')) === pair[2];
}

function keyOf(segment: string): string {
  return /^\[(.*)\]$/.exec(segment)?.[1] ?? segment;
}

function read(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined || value === undefined) return value;
  if (Array.isArray(value)) return read(value.find(matcher(first) ?? (() => false)), rest);
  return isObject(value) ? read(value[keyOf(first)], rest) : undefined;
}

function write(value: Json | undefined, path: readonly string[], wanted: Json, options: JsonObject, hits: { count: number }): Json {
  const [first, ...rest] = path;
  if (first === undefined) {
    hits.count++;
    return within(value, wanted, options);
  }
  if (Array.isArray(value)) {
    const chosen = matcher(first) ?? (() => false);
    return value.map((item, i) => (chosen(item, i) ? write(item, rest, wanted, options, hits) : item));
  }
  if (first === '*' && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, write(item, rest, wanted, options, hits)]));
  const create = options['create'] === true;
  if (!isObject(value) && !(create && (value === undefined || value === null))) return value ?? null;
  const here = isObject(value) ? value : {};
  const key = keyOf(first);
  if (here[key] === undefined && !create) return here;
  return { ...here, [key]: write(here[key], rest, wanted, options, hits) };
}

/** `options.delimiter`: one part of a text, before it with a negative index, after it with one past the end. */
function within(old: Json | undefined, wanted: Json, options: JsonObject): Json {
  const delimiter = text(options, 'delimiter');
  if (delimiter === '') return wanted;
  const parts = text(old).split(delimiter);
  const index = Number(text(options, 'index') || '0');
  if (index < 0) parts.unshift(text(wanted));
  else if (index >= parts.length) parts.push(text(wanted));
  else parts[index] = text(wanted);
  return parts.join(delimiter);
}
