import { canonicalise } from '../api/canonical.ts';
import { StatusError, badRequest } from '../api/errors.ts';
import { apiVersion, type Kind } from '../api/kind.ts';
import type { ApiObject, JsonObject } from '../api/meta.ts';
import { Findings } from '../api/validation.ts';
import type { RequestContext } from './context.ts';
import { checkFields, decodeBody, readCustom, mediaType, type FieldValidation } from './decode.ts';
import { SCHEMA } from '../api/known-types.ts';
import { invalidOptions, validateDryRun, type DeleteOptions } from './delete-options.ts';
import { first, header } from './route.ts';
import { withManagedFields } from './managed/ownership.ts';
import { APPLY_PATCH, applyPatch, isPatch, patchObject, unsupportedPatch } from './patch/index.ts';
import type { ApiRequest } from './types.ts';
import { copy } from './values.ts';

/**
 * The object in a request's body, as a draft of its own. Text is decoded and checked against the schema; a value comes
 * from a component inside the process and is checked only when it asks for it with `fieldValidation`.
 */
export function readObject(context: RequestContext, kind: Kind): ApiObject {
  const { request, warnings, stages } = context;
  const { body } = request;
  stages.push('decode');
  if (typeof body === 'string') {
    const decoded = decodeBody(body, header(request, 'content-type') ?? '', kind, kind.schema, fieldValidation(context));
    warnings.push(...decoded.warnings);
    return decoded.object as unknown as ApiObject;
  }
  if (body === undefined || typeof body !== 'object' || body === null) throw badRequest('Required value: body');
  const given = isTrusted(request) || kind.custom !== undefined ? copy(body) : checked(context, body, kind.schema);
  const draft = given as ApiObject;
  draft.apiVersion ??= apiVersion(kind);
  draft.kind ??= kind.kind;
  if (draft.kind !== kind.kind || draft.apiVersion !== apiVersion(kind)) {
    const version = draft.apiVersion.slice(draft.apiVersion.indexOf('/') + 1);
    throw badRequest(`${draft.kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}: unknown conversion`);
  }
  if (kind.custom !== undefined) readCustom(draft as unknown as JsonObject, kind, badRequest);
  return draft;
}

/** A body that is no stored kind: options, a binding, a question. */
export function readOptions<T>(context: RequestContext, type: string, kind?: Kind): T {
  const { request, warnings } = context;
  const { body } = request;
  if (typeof body === 'string') {
    const decoded = decodeBody(body, header(request, 'content-type') ?? '', kind, type, fieldValidation(context));
    warnings.push(...decoded.warnings);
    return decoded.object as T;
  }
  return copy(body ?? {}) as T;
}

const UNRECOGNIZED = 'the object provided is unrecognized (must be of type DeleteOptions): ';

/** Options of a deletion: unknown fields count for nothing, another kind is refused, errors come without their frame. */
export function readDeleteBody({ request }: RequestContext): DeleteOptions {
  const { body } = request;
  if (typeof body !== 'string') return copy(body ?? {}) as DeleteOptions;
  let object: { kind?: string; apiVersion?: string };
  try {
    object = decodeBody(body, header(request, 'content-type') ?? '', undefined, 'DeleteOptions', 'Ignore').object;
  } catch (error) {
    if (!(error instanceof StatusError) || !error.message.startsWith(UNRECOGNIZED)) throw error;
    const inner = error.message.slice(UNRECOGNIZED.length, error.message.lastIndexOf(' ('));
    throw inner.startsWith("couldn't get version/kind") ? badRequest(inner) : error;
  }
  const { kind = '', apiVersion: version = '' } = object;
  if (kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(`no kind "${kind}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`);
  return object as DeleteOptions;
}

/** The stored object with the request's patch applied, checked as a body would be. */
export function applyRequestPatch(context: RequestContext, kind: Kind, stored: ApiObject): ApiObject {
  const { request } = context;
  const { body } = request;
  const contentType = header(request, 'content-type') ?? '';
  const patch = typeof body === 'string' ? body : ((body ?? {}) as object);
  if (isTrusted(request)) {
    const patched = applyPatch(stored as unknown as JsonObject, patch, contentType, kind);
    readCustom(patched, kind, badRequest);
    return patched as unknown as ApiObject;
  }
  const original = withManagedFields(stored) as unknown as JsonObject;
  const { object, warnings } = patchObject(original, patch, contentType, kind, fieldValidation(context));
  context.warnings.push(...warnings);
  return object as unknown as ApiObject;
}

/** A component inside the process is trusted; text, and whoever asks for it, is checked against the schema. */
export function isTrusted(request: ApiRequest): boolean {
  return typeof request.body !== 'string' && first(request, 'fieldValidation') === undefined;
}

/** A trusted body of `/status`: the spec in it counts for nothing, so it is not copied. */
export function readStatus(context: RequestContext, kind: Kind): ApiObject {
  const body = (context.request.body ?? {}) as WithSpec;
  const { spec } = body;
  const rest = withoutSpec(body);
  const draft = readObject({ ...context, request: { ...context.request, body: rest } }, kind) as WithSpec;
  if (spec === undefined) return draft;
  const whole: WithSpec = { ...draft, spec };
  return whole;
}

/** The same for a trusted patch: the stored spec stays as it is, and is not copied. */
export function applyStatusPatch(context: RequestContext, kind: Kind, stored: ApiObject): ApiObject {
  const { spec } = stored as WithSpec;
  // A JSON patch may test any field: it sees them all.
  if (spec === undefined || (header(context.request, 'content-type') ?? '').includes('json-patch'))
    return applyRequestPatch(context, kind, stored);
  const patched: WithSpec = applyRequestPatch(context, kind, withoutSpec(stored));
  // A merge drops nulls; times that are no pointers come back as such.
  const type = SCHEMA[kind.schema]?.fields['status'];
  if (patched.status !== undefined && type?.type === 'ref') canonicalise(patched.status, type.ref);
  return { ...patched, spec } as WithSpec;
}

function withoutSpec(object: ApiObject): ApiObject {
  const rest: Record<string, unknown> = {};
  for (const key in object) if (key !== 'spec') rest[key] = (object as unknown as Record<string, unknown>)[key];
  return rest as unknown as ApiObject;
}

type WithSpec = ApiObject & { spec?: unknown; status?: object };

/** Server-side apply, by the body's type. */
export function isApply(request: ApiRequest): boolean {
  return request.method === 'PATCH' && mediaType(header(request, 'content-type') ?? '') === APPLY_PATCH;
}

export function fieldValidation(context: RequestContext): FieldValidation {
  const value = first(context.request, 'fieldValidation') ?? '';
  return value === 'Strict' || value === 'Ignore' ? value : 'Warn';
}

const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** `dryRun`, `fieldValidation` and `fieldManager` of a write. */
export function validateWriteOptions({ request }: RequestContext, type: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'): void {
  if (type === 'PatchOptions' && !isPatch(header(request, 'content-type') ?? '')) throw unsupportedPatch();
  const findings = new Findings();
  const dryRun = request.query?.['dryRun'];
  if (dryRun !== undefined && dryRun !== '') validateDryRun(typeof dryRun === 'string' ? [dryRun] : dryRun, findings);
  const manager = first(request, 'fieldManager') ?? '';
  if (manager.length > 128) findings.add('FieldValueTooLong', 'fieldManager', 'Too long: may not be more than 128 bytes');
  if (type === 'PatchOptions') {
    if (isApply(request)) {
      if (manager === '') findings.required('fieldManager', 'is required for apply patch');
    } else if (request.query?.['force'] !== undefined) findings.forbidden('force', 'may not be specified for non-apply patch');
  }
  const validation = first(request, 'fieldValidation') ?? '';
  if (validation !== '' && !FIELD_VALIDATIONS.includes(validation)) findings.notSupported('fieldValidation', validation, FIELD_VALIDATIONS);
  if (!findings.empty) throw invalidOptions(type, findings.list);
}

function checked(context: RequestContext, value: object, schema: string): object {
  const { object, warnings } = checkFields(value, schema, fieldValidation(context));
  context.warnings.push(...warnings);
  return object;
}
