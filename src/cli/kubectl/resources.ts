import type { Task } from '../../engine/os/task.ts';
import { categoryOf, enhanceListError, groupResource, mappingFor, pathOf } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError, isReason, ServerError, throwAll } from './errors.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { ConnectionError } from './transport.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** What was named on the command line: `pods`, `pod a b`, `pod/a svc/b`, `deploy,rs -l x=y`. */
export interface Target {
  readonly mapping: Mapping;
  /** Unset: all that match the selectors. */
  readonly name?: string;
  /** As a file says it; the session's where nothing does. */
  readonly namespace?: string;
}

export interface SelectOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
  readonly all?: boolean;
  /** Types without names are fine without a selector too (get, describe). */
  readonly everything?: boolean;
}

export const NO_RESOURCES =
  "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/** The builder's reading of arguments. */
export function* parseTargets(session: Session, args: readonly string[], options: SelectOptions): Task<Target[]> {
  const selected = (options.labelSelector ?? '') !== '' || (options.fieldSelector ?? '') !== '';
  if (args.length === 0) throw new CommandError(NO_RESOURCES);
  if (args.some((arg) => arg.includes('/'))) {
    const targets: Target[] = [];
    if (selected) throw new CommandError('name cannot be provided when a selector is specified');
    for (const arg of args) {
      const parts = arg.split('/');
      if (parts.length === 1) {
        throw new CommandError(
          "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
        );
      }
      const [type = '', name = ''] = parts;
      if (parts.length !== 2) throw new CommandError('arguments in resource/name form may not have more than one slash');
      if (type === '' || name === '') throw new CommandError('arguments in resource/name form must have a single resource and name');
      targets.push({ mapping: yield* mappingFor(session, type), name });
    }
    return targets;
  }
  const [types = '', ...names] = args;
  if (names.length > 0 && (selected || options.all === true))
    throw new CommandError('name cannot be provided when a selector is specified');
  if (names.length > 0 && options.allNamespaces === true)
    throw new CommandError('a resource cannot be retrieved by name across all namespaces');
  const words: (string | Mapping[])[] = [];
  for (const word of types.split(',')) words.push((yield* category(session, word.toLowerCase())) ?? word);
  const mappings: Mapping[] = [];
  for (const each of words)
    for (const mapping of typeof each === 'string' ? [yield* mappingFor(session, each)] : each)
      if (!mappings.includes(mapping)) mappings.push(mapping);
  if (names.length > 0)
    return names
      .flatMap((name) => mappings.map((mapping) => ({ mapping, name })))
      .sort((a, b) => mappings.indexOf(a.mapping) - mappings.indexOf(b.mapping));
  if (!selected && options.all !== true && options.everything !== true)
    throw new CommandError('resource(s) were provided, but no name was specified');
  return mappings.map((mapping) => ({ mapping }));
}

/** What `all` stands for. That nobody could be asked is left for the word itself to find out. */
function* category(session: Session, word: string): Task<Mapping[] | undefined> {
  try {
    const found = categoryOf(yield* session.discovery(), word);
    return found.length === 0 ? undefined : found;
  } catch (error) {
    if (error instanceof ServerError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}

export function namespaceFor(session: Session, mapping: Mapping, allNamespaces = false): string | undefined {
  return mapping.namespaced && !allNamespaces ? session.namespace : undefined;
}

/** Fetches one named object. A missing namespace is what the server is asked about next, as kubectl does. */
export function* fetchOne(
  session: Session,
  mapping: Mapping,
  name: string,
  options: { headers?: Record<string, string>; query?: Record<string, string>; subresource?: string; namespace?: string } = {},
): Task<JsonObject> {
  const namespace = options.namespace ?? namespaceFor(session, mapping);
  if (name === '') throw new CommandError('resource name may not be empty');
  try {
    return yield* session.json('GET', pathOf(mapping, namespace, name, options.subresource), {
      ...options,
      what: `get ${groupResource(mapping)} ${name}`,
    });
  } catch (error) {
    if (isReason(error, 'NotFound') && namespace !== undefined) yield* checkNamespace(session, namespace, error);
    throw error;
  }
}

function* checkNamespace(session: Session, namespace: string, error: Error): Task<void> {
  if (namespace === 'default') return;
  try {
    yield* session.json('GET', `/api/v1/namespaces/${namespace}`);
  } catch (missing) {
    if (isReason(missing, 'NotFound')) throw missing;
    throw error;
  }
}

/** Everything a selector finds, page by page. */
export function* fetchList(
  session: Session,
  mapping: Mapping,
  options: SelectOptions & { chunk?: number; headers?: Record<string, string>; query?: Record<string, string> },
): Task<JsonObject[]> {
  const pages: JsonObject[] = [];
  let proceed = '';
  try {
    do {
      const page: JsonObject = yield* session.json('GET', pathOf(mapping, namespaceFor(session, mapping, options.allNamespaces)), {
        query: {
          ...(options.labelSelector ? { labelSelector: options.labelSelector } : {}),
          ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
          ...((options.chunk ?? 500) > 0 ? { limit: String(options.chunk ?? 500) } : {}),
          ...(proceed === '' ? {} : { continue: proceed }),
          ...options.query,
        },
        ...(options.headers === undefined ? {} : { headers: options.headers }),
        what: `get ${groupResource(mapping)}`,
      });
      pages.push(page);
      proceed = text(page, 'metadata', 'continue');
      // Between two pieces others have their turn: a key that ends the command is heard.
      if (proceed !== '') yield* session.process.sleep(0);
    } while (proceed !== '');
  } catch (error) {
    throw enhanceListError(error, mapping, options.labelSelector ?? '', options.fieldSelector ?? '');
  }
  return pages;
}

/** Items of list pages, each with the kind that lists leave out. */
export function itemsOf(pages: readonly JsonObject[], mapping: Mapping): JsonObject[] {
  const apiVersion = mapping.group === '' ? mapping.version : `${mapping.group}/${mapping.version}`;
  return pages.flatMap((page) => list(page, 'items').map((item) => ({ apiVersion, kind: mapping.kind, ...object(item) })));
}

export function infoOf(mapping: Mapping, found: JsonObject, source = ''): Info {
  const namespace = text(found, 'metadata', 'namespace');
  return { mapping, name: text(found, 'metadata', 'name'), object: found, source, ...(mapping.namespaced ? { namespace } : {}) };
}

/** Objects named by arguments, from the server. Failures are gathered; `visit` is called on all that were found first. */
export function* visitTargets(
  session: Session,
  targets: readonly Target[],
  options: SelectOptions,
  visit: (info: Info) => Task<void>,
): Task<void> {
  const errors: unknown[] = [];
  for (const { mapping, name } of targets) {
    try {
      const found =
        name === undefined ? itemsOf(yield* fetchList(session, mapping, options), mapping) : [yield* fetchOne(session, mapping, name)];
      for (const each of found) {
        try {
          yield* visit(infoOf(mapping, each));
        } catch (error) {
          errors.push(error);
        }
      }
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
}

export const FILE_FLAGS = 'f/filename:list k/kustomize:string R/recursive:bool';

/** `-f` or arguments, whichever was given, as objects of the server. */
export function* visitAll(
  session: Session,
  args: readonly string[],
  options: SelectOptions,
  visit: (info: Info) => Task<void>,
): Task<void> {
  const files = manifestSources(session);
  const local = session.flags.has('local') && session.flags.bool('local');
  if (local && files.length === 0) throw new CommandError(NO_RESOURCES);
  if (files.length > 0) {
    if (args.length > 0)
      throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    yield* visitManifests(session, { files, recursive: session.flags.bool('recursive'), validate: false, local }, function* (info) {
      if (local) return yield* visit(info);
      const found = yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
      yield* visit({ ...info, object: found });
    });
    return;
  }
  yield* visitTargets(session, yield* parseTargets(session, args, options), options, visit);
}
