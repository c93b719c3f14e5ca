import { StatusError, badRequest } from '../api/errors.ts';
import { apiVersion, type Kind } from '../api/kind.ts';
import type { ApiObject, WatchEvent } from '../api/meta.ts';
import type { RequestContext } from './context.ts';
import { inVersion } from './extensions/versions.ts';
import type { ObjectList } from './list.ts';
import { Ownership, withManagedFields } from './managed/ownership.ts';
import { checkShape, negotiate, type Representation } from './negotiation.ts';
import { jsonResponse, statusResponse } from './response.ts';
import { first, header } from './route.ts';
import { partialMetadata, partialMetadataList, toTable, withoutColumns, type IncludeObject } from './table.ts';
import type { ApiRequest, ApiResponse } from './types.ts';
import { yamlText } from './yaml-text.ts';

const JSON_ONLY: Representation = { format: 'json' };

/** The form the client accepts, decided before anything is done. In-process clients, who say nothing, take values. */
export function representationFor(request: ApiRequest, endpoint: 'object' | 'list' | 'other'): Representation {
  const accept = header(request, 'accept');
  const chosen = accept === undefined ? JSON_ONLY : negotiate(accept, endpoint);
  const pretty = first(request, 'pretty');
  return pretty !== undefined && pretty !== '' && pretty !== 'false' && pretty !== '0' && accept !== undefined
    ? { ...chosen, pretty: true }
    : chosen;
}

/** isPrettyPrint: what browsers and simple tools show to people is indented, unless `pretty=false` is asked for. */
export function readByPeople(request: ApiRequest): boolean {
  if (request.headers === undefined || !/^(?:curl|Wget|Mozilla\/5\.0)/.test(header(request, 'user-agent') ?? '')) return false;
  return !/^(?:0|f|false)$/i.test(first(request, 'pretty') ?? '');
}

/** One object, in the form the client accepts. */
export function presentObject(context: RequestContext, kind: Kind, code: number, object: ApiObject): ApiResponse {
  const { representation } = context;
  if (representation.as === undefined) return write(representation, code, context.wire ? withManagedFields(object) : object);
  checkShape(representation, false, kind);
  return write(representation, code, shape(context, kind, object));
}

/** A list. On the wire items do not repeat what the list says of them; in process they are the stored objects. */
export function presentList(context: RequestContext, kind: Kind, list: ObjectList): ApiResponse {
  const { representation } = context;
  if (representation.as !== undefined) {
    checkShape(representation, true, kind);
    const { version } = representation.as;
    if (representation.as.kind === 'Table')
      return write(
        representation,
        200,
        toTable(kind, list.items.map(withManagedFieldsWhenRead), list.metadata, context.now, includeObject(context), version),
      );
    const partial = partialMetadataList(kind, list.items.map(withManagedFields), list.metadata, version) as { items: readonly unknown[] };
    // Go's nil slice: nothing found is `null` here, unlike in a list of the kind itself.
    return write(representation, 200, partial.items.length === 0 ? { ...partial, items: null } : partial);
  }
  const items = context.wire
    ? list.items.map((object) => {
        // Items of a custom kind are maps: they keep what they say of themselves.
        if (kind.custom !== undefined) return withManagedFields(object);
        const { kind: _kind, apiVersion: _apiVersion, ...rest } = withManagedFields(object);
        return rest;
      })
    : list.items;
  return write(representation, 200, {
    kind: list.kind,
    apiVersion: apiVersion(kind),
    metadata: kind.custom === undefined ? list.metadata : { continue: '', ...list.metadata },
    items,
  });
}

/** How a watch of this client reshapes objects; undefined: not at all. */
export function presenter(context: RequestContext, kind: Kind): ((object: ApiObject, type: WatchEvent['type']) => object) | undefined {
  if (kind.custom === undefined && kind.view === undefined) return presenterOf(context, kind);
  const present = presenterOf(context, kind);
  return (object, type) => {
    const shown = type === 'ERROR' || type === 'BOOKMARK' ? object : inVersion(kind, object);
    return present === undefined ? shown : present(shown, type);
  };
}

function presenterOf(context: RequestContext, kind: Kind): ((object: ApiObject, type: WatchEvent['type']) => object) | undefined {
  if (context.representation.as === undefined)
    return context.wire ? (object, type) => (type === 'ERROR' ? object : withManagedFields(object)) : undefined;
  let headed = false;
  return (object, type) => {
    if (type === 'ERROR') return object;
    if (type === 'BOOKMARK' && context.representation.as?.kind === 'Table') {
      const { resourceVersion } = object.metadata;
      const table = toTable(
        kind,
        [],
        resourceVersion === undefined ? {} : { resourceVersion },
        presentTime(context),
        'None',
        context.representation.as.version,
      );
      return headed ? withoutColumns(table) : table;
    }
    const shaped = shape(context, kind, object);
    if (context.representation.as?.kind !== 'Table') return shaped;
    if (headed) return withoutColumns(shaped as Parameters<typeof withoutColumns>[0]);
    headed = true;
    return shaped;
  };
}

/** Ages in the rows of a watch are those at the event, not at the watch's beginning. */
const presentTime = (context: RequestContext): number => context.observer?.now() ?? context.now;

/** A refusal, in YAML for who accepts only that. */
export function presentError(request: ApiRequest, error: StatusError): ApiResponse {
  const response = statusResponse(error);
  const accept = header(request, 'accept') ?? '';
  if (!accept.startsWith('application/yaml')) return response;
  return { ...response, headers: { ...response.headers, 'content-type': 'application/yaml' }, body: yamlText(error.status) };
}

function shape(context: RequestContext, kind: Kind, object: ApiObject): object {
  const as = context.representation.as;
  if (as?.kind !== 'Table') return partialMetadata(kind, withManagedFields(object), as?.version ?? 'v1');
  const { resourceVersion } = object.metadata;
  return toTable(
    kind,
    [withManagedFieldsWhenRead(object)],
    resourceVersion === undefined ? {} : { resourceVersion },
    presentTime(context),
    includeObject(context),
    as.version,
  );
}

/** Rows of tables carry metadata that hardly anybody in this process reads: worked out only then. */
function withManagedFieldsWhenRead(object: ApiObject): ApiObject {
  const ownership = Ownership.of(object);
  if (ownership === undefined) return object;
  const metadata = { ...object.metadata };
  const read = (): unknown => (ownership.entries.length === 0 ? undefined : ownership.entries);
  Object.defineProperty(metadata, 'managedFields', { enumerable: true, get: read });
  return { ...object, metadata };
}

function write(representation: Representation, code: number, body: object): ApiResponse {
  const response = jsonResponse(code, body);
  if (representation.format === 'yaml')
    return { ...response, headers: { ...response.headers, 'content-type': 'application/yaml' }, body: yamlText(body) };
  if (representation.pretty === true) return { ...response, body: JSON.stringify(body, undefined, 2) };
  return response;
}

function includeObject({ request }: RequestContext): IncludeObject {
  const value = first(request, 'includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value !== 'None' && value !== 'Metadata' && value !== 'Object')
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
  return value;
}
