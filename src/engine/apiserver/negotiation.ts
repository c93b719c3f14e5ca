import { failure, type StatusError } from '../api/errors.ts';

export interface Representation {
  readonly format: 'json' | 'yaml';
  /** The shape asked for instead of the object itself, with the `meta.k8s.io` version of it. */
  readonly as?: { readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'; readonly version: 'v1' | 'v1beta1' };
  /** The aggregated form of discovery (`apidiscovery.k8s.io/v2`). */
  readonly aggregated?: boolean;
  /** Indented JSON, for people. */
  readonly pretty?: boolean;
}

/** What is asked: a resource (which can be a Table), one of the two roots of discovery, or anything else. */
export type Endpoint = 'object' | 'list' | 'discovery-root' | 'other';

interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

const PLAIN: Representation = { format: 'json' };
const AVAILABLE = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/**
 * Chooses the form of an answer by the `Accept` header. Protobuf is not written here: a client that also takes JSON gets
 * that. Throws the real server's 406.
 */
export function negotiate(accept: string | undefined, endpoint: Endpoint): Representation {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return PLAIN;
  const clauses = parseAccept(accept);
  // The router knows whole media types and `*/*` only.
  if (!clauses.some(({ type, subtype }) => (type === '*' && subtype === '*') || AVAILABLE.includes(`${type}/${subtype}`)))
    throw noRepresentation(endpoint);
  for (const clause of clauses) {
    const format = formatOf(clause);
    if (format === undefined) continue;
    const found = representation(format, clause.parameters, endpoint);
    if (found !== undefined) return found;
  }
  throw notAcceptable();
}

/** Refuses a shape that does not fit what there is to show. `listKind` and `kind` are Go's names for it in the message. */
export function checkShape(representation: Representation, isList: boolean, kind: { group: string; kind: string }): void {
  const shape = representation.as?.kind;
  const name = `*${kind.group === '' ? 'core' : (kind.group.split('.')[0] as string)}.${kind.kind}`;
  if (shape === 'PartialObjectMetadata' && isList) {
    throw failure(406, 'NotAcceptable', `you requested PartialObjectMetadata, but the requested object is a list (${name}List)`);
  }
  if (shape === 'PartialObjectMetadataList' && !isList) {
    throw failure(406, 'NotAcceptable', `you requested PartialObjectMetadataList, but the requested object is not a list (${name})`);
  }
}

function formatOf({ type, subtype }: Clause): 'json' | 'yaml' | undefined {
  if (type === '*' && subtype === '*') return 'json';
  if (type !== 'application') return undefined;
  if (subtype === 'json' || subtype === '*') return 'json';
  return subtype === 'yaml' ? 'yaml' : undefined;
}

function representation(format: 'json' | 'yaml', parameters: ReadonlyMap<string, string>, endpoint: Endpoint): Representation | undefined {
  const pretty = parameters.get('pretty') === '1';
  const base: Representation = pretty ? { format, pretty } : { format };
  const stream = parameters.get('stream');
  if (stream !== undefined && !(stream === 'watch' && endpoint === 'list')) return undefined;
  if (!parameters.has('as') && !parameters.has('g') && !parameters.has('v')) return base;
  const [as = '', group = '', version = ''] = ['as', 'g', 'v'].map((name) => parameters.get(name) ?? '');
  if (endpoint === 'discovery-root') {
    return group === 'apidiscovery.k8s.io' && version === 'v2' && as === 'APIGroupDiscoveryList'
      ? { ...base, aggregated: true }
      : undefined;
  }
  if (endpoint === 'other' || group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as !== 'Table' && as !== 'PartialObjectMetadata' && as !== 'PartialObjectMetadataList') return undefined;
  return { ...base, as: { kind: as, version } };
}

/** Clauses in the order in which they are tried: by quality, then exact types before wildcards. */
function parseAccept(accept: string): Clause[] {
  const clauses = accept.split(',').map((text): Clause => {
    const [media = '', ...rest] = text.split(';').map((part) => part.trim());
    const [type = '', subtype = ''] = media.toLowerCase().split('/');
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const part of rest) {
      const equals = part.indexOf('=');
      if (equals < 0) continue;
      const [name, value] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
      if (name === 'q') quality = Number.isNaN(Number(value)) ? 1 : Number(value);
      else parameters.set(name, value);
    }
    return { type, subtype, quality, parameters };
  });
  const vague = ({ type, subtype }: Clause): number => (type === '*' ? 2 : subtype === '*' ? 1 : 0);
  return clauses.sort((a, b) => b.quality - a.quality || vague(a) - vague(b));
}

function noRepresentation(endpoint: Endpoint): StatusError {
  const available = endpoint === 'list' ? [...AVAILABLE, ...STREAMS] : AVAILABLE;
  return failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`, {});
}

function notAcceptable(): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${AVAILABLE.join(', ')}`);
}
