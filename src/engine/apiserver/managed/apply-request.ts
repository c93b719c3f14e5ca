import { badRequest, failure, StatusError } from '../../api/errors.ts';
import { apiVersion } from '../../api/kind.ts';
import type { ApiObject, JsonObject } from '../../api/meta.ts';
import type { Task } from '../../os/task.ts';
import { fieldValidation } from '../body.ts';
import type { RequestContext, Target } from '../context.ts';
import { readCustom } from '../decode.ts';
import { readUnstructured, TypeFault } from '../decode/fields.ts';
import { parseYaml } from '../../api/yaml/go-yaml.ts';
import { YamlFault } from '../../api/yaml/tokens.ts';
import type { Finished, Registry, UpdateOptions } from '../registry.ts';
import { first, isTrue } from '../route.ts';
import { copy } from '../values.ts';
import { applyConfiguration, type Applied } from './apply.ts';
import { pathText } from './field-set.ts';
import { KUBECTL, lastAppliedFields, syncLastApplied } from './last-applied.ts';
import { NO_MANAGERS } from './managers.ts';
import { Ownership } from './ownership.ts';
import { shapeOf } from './shape.ts';
import { typeFaults } from './validate.ts';
import { writerOf } from './writer.ts';

/** PATCH with `application/apply-patch+yaml`. An object that is not there is created, but not through a subresource. */
export function* applyObject(
  context: RequestContext,
  target: Target,
  registry: Registry,
  finished: Finished,
  options: UpdateOptions = {},
): Task<{ object: ApiObject; created: boolean }> {
  const config = readConfiguration(context, target);
  let applied: Applied | undefined;
  const change = (stored: ApiObject | undefined): ApiObject => {
    applied = merge(context, target, config, stored, options.subresource ?? '');
    return typed(applied.object, target);
  };
  if (registry.find(target) === undefined && options.subresource === undefined) {
    const draft = change(undefined);
    const ownership = Ownership.known((applied as Applied).managers);
    return { object: yield* registry.create(context, target, draft, ownership), created: true };
  }
  return yield* registry.update(context, target, change, finished, { ...options, managers: () => (applied as Applied).managers });
}

/** The configuration in the body, and whether it is one for this kind. */
function readConfiguration(context: RequestContext, { kind, name }: Target): ApiObject {
  const value = parseConfiguration(context);
  const given = (field: string): string => (typeof value[field] === 'string' ? (value[field] as string) : '');
  const [group, version] = split(given('apiVersion'));
  if (given('kind') !== kind.kind || given('apiVersion') !== apiVersion(kind))
    throw badRequest(`invalid object type: ${group}/${version}, Kind=${given('kind')}`);
  const metadata = (value['metadata'] ?? {}) as JsonObject;
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) throw badRequest('metadata.managedFields must be nil');
  const faults = typeFaults(value, shapeOf(kind.schema));
  if (faults !== undefined) {
    const named = typeof metadata['name'] === 'string' ? metadata['name'] : '';
    const namespace = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : '';
    const which = `${namespace}/${named}; ${group}/${version}, Kind=${kind.kind}`;
    throw failure(500, '', `failed to create typed patch object (${which}): ${faults}`);
  }
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '')
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  return value as unknown as ApiObject;
}

/** The body of an apply, as YAML or JSON. */
export function parseConfiguration(context: RequestContext): JsonObject {
  const { body } = context.request;
  if (typeof body !== 'string') return (body ?? {}) as JsonObject;
  try {
    const { value, repeated } = parseYaml(body);
    if (repeated !== undefined) {
      const strict = `error converting YAML to JSON: ${repeated}`;
      const directive = fieldValidation(context);
      if (directive === 'Strict') throw badRequest(`error strict decoding YAML: ${strict}`);
      if (directive === 'Warn') context.warnings.push(strict);
    }
    if (value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value;
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw new YamlFault(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const why = error.message.startsWith('json:')
      ? `error unmarshaling JSON: while decoding JSON: ${error.message}`
      : `error converting YAML to JSON: ${error.message}`;
    throw badRequest(`error decoding YAML: ${why}`);
  }
}

function merge(context: RequestContext, { kind }: Target, config: ApiObject, stored: ApiObject | undefined, subresource: string): Applied {
  const writer = writerOf(context, kind, subresource, 'Apply');
  const managers = stored === undefined ? NO_MANAGERS : (Ownership.of(stored)?.managers ?? NO_MANAGERS);
  // What an endpoint does not write, nobody comes to own through it.
  const reset = subresource === 'status' ? ['spec'] : kind.subresources.status === undefined ? [] : ['status'];
  const force = isTrue(first(context.request, 'force'));
  const apply = (forced: boolean): Applied => applyConfiguration(stored, managers, config, kind.schema, writer, { force: forced, reset });
  if (writer.manager !== KUBECTL || stored === undefined) return apply(force);
  let applied: Applied;
  try {
    applied = apply(force);
  } catch (error) {
    if (!(error instanceof StatusError) || !allowed(error, stored, kind.schema)) throw error;
    applied = apply(true);
  }
  return { ...applied, object: syncLastApplied(applied.object, config) };
}

/** Conflicts with fields that client-side apply set are none for `kubectl`. */
function allowed(error: StatusError, stored: ApiObject, schema: string): boolean {
  const { causes = [] } = error.status.details ?? {};
  const own = new Set([...lastAppliedFields(stored, shapeOf(schema)).paths()].map(pathText));
  return causes.length > 0 && causes.every(({ field = '' }) => own.has(field));
}

function typed(object: ApiObject, { kind }: Target): ApiObject {
  if (kind.custom !== undefined) {
    const draft = copy(object) as unknown as JsonObject;
    readCustom(draft, kind, badRequest);
    return draft as unknown as ApiObject;
  }
  try {
    return copy(readUnstructured(object as unknown as JsonObject, kind.schema).object) as unknown as ApiObject;
  } catch (error) {
    if (error instanceof TypeFault) throw failure(500, '', `failed to convert new object: ${error.message}`);
    throw error;
  }
}

function split(version: string): [string, string] {
  const slash = version.indexOf('/');
  return slash < 0 ? ['', version] : [version.slice(0, slash), version.slice(slash + 1)];
}
