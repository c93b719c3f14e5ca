import { quantityMilli } from '../../../engine/api/quantity.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode } from '../../../engine/os/text.ts';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { has, object, sortedKeys, text } from '../values.ts';
import type { JsonObject } from '../values.ts';

/** `configmap settings, key a`: where a variable's value comes from. */
export function referenceText(source: JsonObject): string {
  const [kind = ''] = Object.keys(source);
  const reference = object(source, kind);
  if (kind === 'configMapKeyRef') return `configmap ${text(reference, 'name')}, key ${text(reference, 'key')}`;
  if (kind === 'secretKeyRef') return `secret ${text(reference, 'name')}, key ${text(reference, 'key')}`;
  if (kind === 'fieldRef') return `field path ${text(reference, 'fieldPath')}`;
  if (kind === 'resourceFieldRef') {
    const container = text(reference, 'containerName');
    return `resource field ${container === '' ? '' : `${container}/`}${text(reference, 'resource')}`;
  }
  return 'invalid valueFrom';
}

/** `set env --list --resolve`: the value itself. */
export function* valueOfReference(session: Session, source: JsonObject, owner: JsonObject, container: JsonObject): Task<string> {
  const [kind = ''] = Object.keys(source);
  const reference = object(source, kind);
  if (kind === 'fieldRef') return fieldValue(owner, text(reference, 'fieldPath'));
  if (kind === 'resourceFieldRef') return amount(container, reference);
  const secret = kind === 'secretKeyRef';
  if (!secret && kind !== 'configMapKeyRef') throw new CommandError('invalid valueFrom');
  const [name, key] = [text(reference, 'name'), text(reference, 'key')];
  const data = object(
    yield* session.json('GET', `/api/v1/namespaces/${session.namespace}/${secret ? 'secrets' : 'configmaps'}/${name}`),
    'data',
  );
  if (!has(data, key)) throw new CommandError(`key ${key} not found in ${secret ? 'secret' : 'config map'} ${name}`);
  return secret ? decode(Uint8Array.from(atob(text(data, key)), (c) => c.charCodeAt(0))) : text(data, key);
}

function fieldValue(owner: JsonObject, path: string): string {
  const [, map, key] = /^(.+?)\['(.*)'\]$/.exec(path) ?? [];
  if (map !== undefined && key !== undefined) {
    if (map !== 'metadata.annotations' && map !== 'metadata.labels')
      throw new CommandError(`fieldPath "${path}" does not support subscript`);
    return text(owner, ...map.split('.'), key);
  }
  if (path === 'metadata.annotations' || path === 'metadata.labels') {
    const found = object(owner, ...path.split('.'));
    return sortedKeys(found)
      .map((each) => `${each}=${JSON.stringify(found[each])}`)
      .join('\n');
  }
  if (['metadata.name', 'metadata.namespace', 'metadata.uid'].includes(path)) return text(owner, ...path.split('.'));
  throw new CommandError(`unsupported fieldPath: ${path}`);
}

/** A container's request or limit in units of the divisor, rounded up. */
function amount(container: JsonObject, reference: JsonObject): string {
  const resource = text(reference, 'resource');
  const [, side = '', name = ''] = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource) ?? [];
  if (side === '') throw new CommandError(`Unsupported container resource : ${resource}`);
  const divisor = quantityMilli(text(reference, 'divisor')) || 1000;
  return String(Math.ceil(quantityMilli(text(container, 'resources', side, name) || '0') / divisor));
}
