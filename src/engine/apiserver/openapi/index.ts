import { failure } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { Digest } from '../../sim/hash.ts';
import { SCHEMA } from '../../api/known-types.ts';
import type { PathHandler } from '../discovery.ts';
import { isCustomSchema } from '../managed/custom-shape.ts';
import { jsonResponse, methodNotAllowed, withWarnings } from '../response.ts';
import { definitions, type Descriptions } from './definitions.ts';
import { pathsOf } from './paths.ts';

const NO_TEXTS: Descriptions = {};
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const WITHOUT_TEXTS = 'the documentation of fields is not loaded: only their names and types are shown';

const INFO = { title: 'Kubernetes', version: 'v1.36.3' };

// Types of questions and options that no kind leads to, by the group version that serves them.
const OTHER_ROOTS: Readonly<Record<string, readonly string[]>> = {
  'api/v1': ['Binding', 'Eviction', 'TokenRequest', 'DeleteOptions'],
  'apis/authentication.k8s.io/v1': ['SelfSubjectReview', 'TokenReview', 'TokenRequest'],
  'apis/authorization.k8s.io/v1': ['LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
};

/**
 * Answers `/openapi/v2` and `/openapi/v3…` with documents made from the schema and the kinds. Descriptions are large and
 * wanted by few, so they come from a provider; as long as that has none, documents go without, and say so.
 */
export function openapi(kinds: readonly Kind[], provider: () => Descriptions = () => NO_TEXTS): PathHandler {
  const documents = new Map<string, object>();
  let texts = NO_TEXTS;
  const descriptions = (): Descriptions => texts;
  const remember = (key: string, make: () => object): object => {
    const document = documents.get(key) ?? make();
    documents.set(key, document);
    return document;
  };
  const groupVersions = new Map<string, Kind[]>();
  for (const kind of kinds) {
    const key = kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
    groupVersions.set(key, [...(groupVersions.get(key) ?? []), kind]);
  }
  for (const key of Object.keys(OTHER_ROOTS)) if (!groupVersions.has(key)) groupVersions.set(key, []);

  const rootsOf = (key: string): string[] =>
    [
      ...(groupVersions.get(key) ?? []).flatMap(({ schema, subresources }) =>
        subresources.scale === undefined ? [schema] : [schema, 'Scale'],
      ),
      ...(OTHER_ROOTS[key] ?? []),
      'DeleteOptions',
    ].filter((type) => SCHEMA[type] !== undefined || isCustomSchema(type));
  const v3 = (key: string): object =>
    remember(key, () => ({
      openapi: '3.0.0',
      info: INFO,
      paths: Object.assign({}, ...(groupVersions.get(key) ?? []).map((kind) => pathsOf(kind, 'v3'))) as object,
      components: { schemas: definitions(rootsOf(key), kinds, 'v3', descriptions()) },
    }));
  const v2 = (): object =>
    remember('v2', () => ({
      swagger: '2.0',
      info: INFO,
      paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind, 'v2'))) as object,
      definitions: definitions([...groupVersions.keys()].flatMap(rootsOf), kinds, 'v2', descriptions()),
    }));
  const index = (): object =>
    remember('v3', () => ({
      paths: Object.fromEntries(
        [...groupVersions.keys()].sort().map((key) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${fingerprint(v3(key))}` }]),
      ),
    }));

  return (path, accept, method = 'GET') => {
    if (path !== '/openapi/v2' && path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
    const key = path.slice('/openapi/v3/'.length);
    if (path.startsWith('/openapi/v3/') && !groupVersions.has(key)) return undefined;
    if (method !== 'GET') throw methodNotAllowed();
    // The protobuf form is not written; clients that ask for nothing else fall back or do without.
    if (accept !== '' && !/application\/json|\*\/\*|application\/\*/.test(accept))
      throw failure(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
    const loaded = provider();
    if (loaded !== texts) {
      texts = loaded;
      documents.clear();
    }
    // The index is written without a type, and passes for text.
    if (path === '/openapi/v3') return { code: 200, headers: TEXT, body: index() };
    const response = jsonResponse(200, path === '/openapi/v2' ? v2() : v3(key));
    return key !== '' && path.startsWith('/openapi/v3/') && texts['Pod'] === undefined ? withWarnings(response, [WITHOUT_TEXTS]) : response;
  };
}

/** Tells two documents apart, for caches of clients. */
function fingerprint(document: object): string {
  const digest = new Digest();
  digest.add(JSON.stringify(document));
  return digest.toString().toUpperCase();
}
