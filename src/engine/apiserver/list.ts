import { StatusError, badRequest, expired, failure } from '../api/errors.ts';
import { apiVersion, type Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import { matchesLabels, parseFieldSelector, parseLabelSelector } from '../api/selector.ts';
import { prefixEnd } from '../etcd/keys.ts';
import { EtcdError } from '../etcd/etcd-error.ts';
import type { RangeResult, Store } from '../etcd/store.ts';
import type { Target } from './context.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { inVersion } from './extensions/versions.ts';
import { Findings } from '../api/validation.ts';
import { invalidOptions } from './delete-options.ts';
import type { NodeIndex } from './node-index.ts';
import { integerParameter } from './parameters.ts';
import { first, storagePrefix } from './route.ts';
import type { ApiRequest } from './types.ts';

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

export interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  readonly items: readonly ApiObject[];
}

/** What a request selects in a collection. */
export interface Selection {
  /** Unset when it selects everything. */
  readonly matches?: (object: ApiObject) => boolean;
  /** Asked for by `metadata.name=x`, or in the path. */
  readonly name?: string;
  /** Asked for by `spec.nodeName=x`. */
  readonly node?: string;
  readonly empty: boolean;
}

/** Reads `labelSelector` and `fieldSelector`; refuses with the server's sentences. */
export function selectionOf(request: ApiRequest, { kind, name }: Target): Selection {
  const labelText = first(request, 'labelSelector') ?? '';
  const fieldText = first(request, 'fieldSelector') ?? '';
  const tests: ((object: ApiObject) => boolean)[] = [];
  const found: { name?: string; node?: string } = {};
  try {
    if (labelText !== '') {
      const requirements = parseLabelSelector(labelText);
      if (requirements.length > 0) tests.push((object) => matchesLabels(requirements, object.metadata.labels ?? {}));
    }
    if (fieldText !== '') {
      for (const { field, op, value } of parseFieldSelector(fieldText)) {
        const read = fieldOf(kind, field);
        tests.push(op === '=' ? (object) => read(object) === value : (object) => read(object) !== value);
        if (op === '=' && field === 'metadata.name') found.name = value;
        if (op === '=' && field === 'spec.nodeName' && value !== '') found.node = value;
      }
    }
  } catch (error) {
    if (error instanceof StatusError || !(error instanceof Error)) throw error;
    throw badRequest(error.message);
  }
  if (name !== '') {
    if (found.name !== undefined && found.name !== name) {
      throw badRequest(`both a name and a field selector that does not match provided`);
    }
    found.name = name;
    if (!tests.length) tests.push((object) => object.metadata.name === name);
  }
  const matches =
    tests.length === 0 ? undefined : tests.length === 1 ? tests[0] : (object: ApiObject) => tests.every((test) => test(object));
  return { ...found, ...(matches === undefined ? {} : { matches }), empty: labelText === '' && fieldText === '' };
}

function fieldOf(kind: Kind, field: string): (object: ApiObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name ?? '';
  // Kinds with selectors of their own have a conversion of their own, and that its sentence.
  const converts = Object.keys(kind.fieldSelectors ?? {}).length > 0 || kind.resource === 'namespaces' || kind.resource === 'nodes';
  if (field === 'metadata.namespace' && (kind.namespaced || !converts)) return (object) => object.metadata.namespace ?? '';
  const own = Object.hasOwn(kind.fieldSelectors ?? {}, field) ? kind.fieldSelectors?.[field] : undefined;
  if (own !== undefined) return own;
  if (kind.kind === 'Job') throw new Error(`field label ${JSON.stringify(field)} not supported for Job`);
  if (kind.kind === 'ResourceSlice') throw new Error(`field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`);
  if (converts) throw new Error(`field label not supported: ${field}`);
  throw new Error(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** Lists a collection as one request asks: selection, revision, and piece by piece. Items are handed out by reference. */
export function listObjects(store: Store, nodes: NodeIndex, request: ApiRequest, target: Target, selection: Selection): ObjectList {
  const { kind, namespace } = target;
  const options = listOptions(request);
  const base = kind.namespaced && namespace !== '' ? `${storagePrefix(kind)}${namespace}/` : storagePrefix(kind);
  let start = base;
  let revision = 0;
  if (options.continueToken !== '') {
    const token = decodeContinue(options.continueToken);
    start = base + token.start;
    revision = token.revision;
  } else if (options.match === 'Exact') revision = options.revision;
  if (revision > store.revision) throw tooLarge(revision, store.revision);
  if (options.match !== 'Exact' && options.revision > store.revision) throw tooLarge(options.revision, store.revision);
  try {
    return collect(store, nodes, target, selection, base, start, revision, options.limit);
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code !== 'compacted') throw error;
    if (options.continueToken !== '') throw continueExpired(start.slice(base.length), store);
    throw expired(`The resourceVersion for the provided list is too old.`);
  }
}

function collect(
  store: Store,
  nodes: NodeIndex,
  target: Target,
  selection: Selection,
  base: string,
  start: string,
  revision: number,
  limit: number,
): ObjectList {
  const { kind } = target;
  const at = revision > 0 ? revision : store.revision;
  const items: ApiObject[] = [];
  const metadata: ListMeta = { resourceVersion: String(at) };
  const single = selection.name !== undefined && (!kind.namespaced || target.namespace !== '') ? selection.name : undefined;
  const now = revision > 0 ? { revision } : {};
  const { matches } = selection;
  const { kvs, count }: Pick<RangeResult, 'count'> & { kvs: readonly { key: string; value: unknown }[] } =
    single !== undefined
      ? store.range(`${base}${single}`, `${base}${single}\0`, now)
      : selection.node !== undefined && kind.resource === 'pods' && kind.group === '' && revision === 0
        ? counted(nodes.podsOf(selection.node).filter(({ key }) => key.startsWith(base)))
        : // Where everything is wanted, no more than a piece is read.
          store.range(start, prefixEnd(base), matches === undefined ? { ...now, limit } : now);
  for (let index = 0; index < count; index++) {
    // A full piece ends here whether or not what follows is selected: the next piece finds out.
    if (limit > 0 && items.length === limit) {
      const previous = (kvs[index - 1] as { key: string }).key;
      metadata.continue = encodeContinue(`${previous.slice(base.length)}\0`, at);
      if (selection.empty) metadata.remainingItemCount = count - index;
      break;
    }
    const object = inVersion(kind, kvs[index]?.value as ApiObject);
    if (matches === undefined || matches(object)) items.push(object);
  }
  return { kind: kind.listKind ?? `${kind.kind}List`, apiVersion: apiVersion(kind), metadata, items };
}

const counted = <T>(kvs: readonly T[]): { kvs: readonly T[]; count: number } => ({ kvs, count: kvs.length });

interface ListOptions {
  readonly limit: number;
  readonly continueToken: string;
  readonly revision: number;
  readonly match: string;
}

function listOptions(request: ApiRequest): ListOptions {
  const limit = Math.max(0, integerParameter(request, 'limit') ?? 0);
  const continueToken = first(request, 'continue') ?? '';
  const version = first(request, 'resourceVersion') ?? '';
  const match = first(request, 'resourceVersionMatch') ?? '';
  validateListOptions({ version, match, continueToken, sendInitialEvents: first(request, 'sendInitialEvents'), watch: false });
  if (continueToken !== '' && version !== '' && version !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
  return { limit, continueToken, match, revision: revisionOf(version) };
}

export function revisionOf(version: string): number {
  if (version === '' || version === '0') return 0;
  if (!/^\d+$/.test(version)) {
    const findings = new Findings();
    findings.invalid('resourceVersion', version, `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
    const [finding] = findings.list;
    throw badRequest(`${finding?.field}: ${finding?.body}`);
  }
  return Number(version);
}

/** `ValidateListOptions` of apimachinery. */
export function validateListOptions(options: {
  version: string;
  match: string;
  continueToken: string;
  sendInitialEvents: string | undefined;
  watch: boolean;
}): void {
  const { version, match, continueToken, sendInitialEvents, watch } = options;
  const findings = new Findings();
  if (watch && sendInitialEvents !== undefined) {
    if (match !== 'NotOlderThan')
      findings.forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    if (continueToken !== '') findings.forbidden('continue', 'sendInitialEvents is forbidden for continue');
    if (!findings.empty) throw invalidOptions('ListOptions', findings.list);
    return;
  }
  if (sendInitialEvents !== undefined) findings.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (match !== '') {
    if (watch)
      findings.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    else if (version === '')
      findings.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (continueToken !== '') findings.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') findings.notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']);
    if (match === 'Exact' && version === '0')
      findings.forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (!findings.empty) throw invalidOptions('ListOptions', findings.list);
}

/** What a reader of the future is told after the three seconds that the server waits for it to come. */
export function tooLarge(wanted: number, current: number): StatusError {
  return failure(504, 'Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

function continueExpired(start: string, store: Store): StatusError {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new StatusError({ ...error.status, metadata: { continue: encodeContinue(start, store.revision) } });
}
