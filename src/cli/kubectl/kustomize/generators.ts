import { decode } from '../../../engine/os/text.ts';
import { base64, utf8 } from '../create/config.ts';
import { CommandError } from '../errors.ts';
import { readBeside } from './disk.ts';
import type { Disk } from './disk.ts';
import { has, list, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import type { Resource } from './resource.ts';

/** One entry of `configMapGenerator:` or `secretGenerator:`; `shared` are the kustomization's `generatorOptions`. */
export function generate(disk: Disk, directory: string, kind: 'ConfigMap' | 'Secret', entry: Json, shared: JsonObject): Resource {
  const options = object(entry, 'options');
  const both = (field: string): JsonObject => ({ ...object(shared, field), ...object(options, field) });
  const on = (field: string): boolean => (has(options, field) ? options[field] : shared[field]) === true;
  const [labels, annotations, namespace] = [both('labels'), both('annotations'), text(entry, 'namespace')];
  const data: JsonObject = {};
  const binaryData: JsonObject = {};
  for (const [key, bytes] of contentOf(disk, directory, entry)) {
    const words = utf8(bytes);
    if (kind === 'Secret') data[key] = base64(bytes);
    else if (words === undefined) binaryData[key] = base64(bytes);
    else data[key] = words;
  }
  return {
    hashed: !on('disableNameSuffixHash'),
    formerNames: [],
    object: {
      apiVersion: 'v1',
      kind,
      metadata: {
        name: text(entry, 'name'),
        ...(namespace === '' ? {} : { namespace }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
      ...(kind === 'Secret' ? { type: text(entry, 'type') || 'Opaque' } : {}),
      ...(Object.keys(data).length === 0 ? {} : { data }),
      ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
      ...(on('immutable') ? { immutable: true } : {}),
    },
  };
}

function contentOf(disk: Disk, directory: string, entry: Json): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const name = text(entry, 'name');
  const add = (key: string, bytes: Uint8Array): void => {
    if (found.has(key)) throw new CommandError(`configmap ${name} illegally repeats the key \`${key}\``);
    found.set(key, bytes);
  };
  const read = (path: string): Uint8Array => {
    const sources = `loading KV pairs: file sources: [${path}]: `;
    try {
      return readBeside(disk, directory, path, (full) => `'${full}' doesn't exist`);
    } catch (error) {
      throw error instanceof CommandError ? new CommandError(`${sources}${error.message}`) : error;
    }
  };
  const words = new TextEncoder();
  for (const each of [...list(entry, 'envs'), ...(has(entry, 'env') ? [text(entry, 'env')] : [])]) {
    for (const raw of decode(read(text(each))).split('\n')) {
      const line = raw.trimStart().replace(/\r$/, '');
      if (line === '' || line.startsWith('#')) continue;
      const equals = line.indexOf('=');
      add(equals < 0 ? line : line.slice(0, equals), words.encode(equals < 0 ? (disk.env.get(line) ?? '') : line.slice(equals + 1)));
    }
  }
  for (const each of list(entry, 'literals')) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text(each)) ?? [];
    if (key === undefined || value === undefined) throw new CommandError(`invalid literal source ${text(each)}, expected key=value`);
    add(key, words.encode(/^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value));
  }
  for (const each of list(entry, 'files')) {
    const [, key, path = ''] = /^(?:([^=]*)=)?(.*)$/.exec(text(each)) ?? [];
    add(key ?? path.replace(/^.*\//, ''), read(path));
  }
  return found;
}
