import { rare } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readAll } from '../../engine/os/text.ts';
import { guessedMapping, lookUp, mappingForKind } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { goDuration } from '../../engine/sim/duration.ts';
import { CommandError, ServerError, throwAll, toldBy } from './errors.ts';
import { resolvePath } from './kubeconfig.ts';
import { goJson } from './gotext.ts';
import { kustomizedText } from './kustomize.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { ConnectionError } from './transport.ts';
import { isObject, list, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { readDocuments } from './yaml/parse.ts';

/** A file, directory, URL or `-` of `-f`, or the directory of `-k`. */
export type ManifestSource = string | { readonly kustomization: string };

export interface ManifestOptions {
  readonly files: readonly ManifestSource[];
  readonly recursive: boolean;
  /** Refuse documents without kind or apiVersion before they are sent. */
  readonly validate: boolean;
  /** No server is asked what a kind is; objects stay in whichever namespace they say. */
  readonly local?: boolean;
  /** The first failure ends it. */
  readonly onlyFirst?: boolean;
}

export function manifestSources({ flags }: Session): ManifestSource[] {
  const files = flags.list('filename').flatMap((each) => each.split(','));
  const directory = flags.knows('kustomize') ? flags.string('kustomize') : '';
  if (directory === '') return files;
  if (files.length > 0) throw new CommandError('only one of -f or -k can be specified');
  return [{ kustomization: directory }];
}

/** Objects of `-f`, as far as they can be read. `visit` is called on each as it comes; failures are gathered, and thrown at the end. */
export function* visitManifests(session: Session, options: ManifestOptions, visit: (info: Info) => Task<void>): Task<void> {
  const errors: unknown[] = [];
  const files = options.files.flatMap((given) => expanded(session, given));
  for (const given of files) {
    for (const { name, source } of yield* readSources(session, given, options.recursive)) {
      try {
        for (const value of readDocuments(source, name)) {
          if (value === null) continue;
          try {
            for (const info of yield* infosOf(session, value, name, options)) {
              try {
                yield* visit(info);
              } catch (error) {
                const lost = error instanceof CommandError ? error.cause : error;
                if (options.validate && lost instanceof ConnectionError) throw unvalidated(session, name, lost);
                if (options.onlyFirst === true) throw error;
                errors.push(error);
              }
            }
          } catch (error) {
            if (options.onlyFirst === true) throw error;
            // What is no object ends its file; of what the server has no kind for the next document is read all the same.
            if (error instanceof InvalidDocument) throw error;
            errors.push(error);
          }
        }
      } catch (error) {
        if (options.onlyFirst === true) throw error;
        errors.push(error);
      }
    }
  }
  throwAll(errors);
}

/** What the shell left of a pattern is looked up here. A path that is not there ends it before anything is done. */
function expanded({ process }: Session, given: ManifestSource): ManifestSource[] {
  if (typeof given !== 'string' || given === '-' || /^https?:\/\//.test(given)) return [given];
  if (process.files.exists(resolvePath(process, given))) return [given];
  const slash = given.lastIndexOf('/');
  const directory = resolvePath(process, slash < 0 ? '.' : given.slice(0, slash) || '/');
  const pattern = new RegExp(
    `^${given
      .slice(slash + 1)
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  );
  const found =
    /[*?[]/.test(given) && process.files.exists(directory) ? process.files.list(directory).filter((name) => pattern.test(name)) : [];
  if (found.length === 0) throw new CommandError(`the path "${given}" does not exist`);
  return [...found].sort().map((name) => given.slice(0, slash + 1) + name);
}

function* readSources(session: Session, given: ManifestSource, recursive: boolean): Task<{ name: string; source: string }[]> {
  const { process } = session;
  if (typeof given !== 'string') return [{ name: given.kustomization, source: yield* rare(kustomizedText)(session, given.kustomization) }];
  if (given === '-') return [{ name: 'STDIN', source: yield* readAll(process.stdin) }];
  if (/^https?:\/\//.test(given)) {
    const response = yield* process.net.http({ method: 'GET', url: given });
    if (response.status !== 200)
      throw new CommandError(`unable to read URL "${given}", server reported ${response.status}, status code=${response.status}`);
    return [{ name: given, source: yield* readAll(response.body) }];
  }
  const path = resolvePath(process, given);
  if (process.files.stat(path).type !== 'directory') return [{ name: given, source: decode(process.files.read(path)) }];
  const found: { name: string; source: string }[] = [];
  const walk = (directory: string, shown: string, depth: number): void => {
    for (const entry of [...process.files.list(directory)].sort()) {
      const inner = `${directory}/${entry}`;
      const name = `${shown.replace(/\/$/, '')}/${entry}`;
      if (process.files.stat(inner).type === 'directory') {
        if (recursive) walk(inner, name, depth + 1);
      } else if (/\.(json|ya?ml)$/.test(entry)) found.push({ name, source: decode(process.files.read(inner)) });
    }
  };
  walk(path, given, 0);
  if (found.length === 0) throw new CommandError(`error reading [${given}]: recognized file extensions are [.json .yaml .yml]`);
  return found;
}

/** What the server calls the kind of an object in a file. */
function* served(session: Session, of: { apiVersion: string; kind: string; source: string; validate: boolean }): Task<Mapping | undefined> {
  try {
    if (of.validate) yield* session.servedApis();
  } catch (error) {
    throw unvalidated(session, of.source, error);
  }
  try {
    return yield* lookUp(session, (discovery) => mappingForKind(discovery, of.apiVersion, of.kind));
  } catch (error) {
    if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
    throw new CommandError(`unable to recognize "${of.source}": ${toldBy(error)}`);
  }
}

/** Schemas are asked for before anything else is: who cannot be reached is told as having none. */
function unvalidated(session: Session, source: string, error: unknown): unknown {
  let why: string;
  if (error instanceof ConnectionError) {
    const timeout = goDuration(session.requestTimeout() || 32_000);
    why = toldBy(error.of('GET', `${session.config.server}/openapi/v2?timeout=${timeout}`));
  } else if (error instanceof ServerError) why = error.message;
  else return error;
  return new InvalidDocument(invalidText(source, `failed to download openapi: ${why}`));
}

class InvalidDocument extends CommandError {}

function invalidText(source: string, why: string): string {
  return `error validating "${source}": error validating data: ${why}; if you choose to ignore these errors, turn validation off with --validate=false`;
}

function* infosOf(session: Session, value: Json, source: string, options: ManifestOptions): Task<Info[]> {
  const { validate, local } = options;
  const refuse = (why: string): never => {
    throw new InvalidDocument(invalidText(source, why));
  };
  if (!isObject(value)) {
    if (validate) refuse('invalid object to validate');
    throw new CommandError(
      `unable to decode "${source}": json: cannot unmarshal ${goKind(value)} into Go value of type unstructured.detector`,
    );
  }
  const [apiVersion, kind] = [text(value, 'apiVersion'), text(value, 'kind')];
  if (validate) {
    const problems = kindProblems(value);
    if (problems.length === 1) refuse(problems[0] as string);
    if (problems.length > 1) refuse(`[${problems.join(', ')}]`);
    if (apiVersion === 'v1' && kind === 'List' && !Array.isArray(value['items'])) refuse('invalid object to validate');
  }
  if (kind.endsWith('List') && Array.isArray(value['items'])) {
    const infos: Info[] = [];
    for (const item of list(value, 'items')) infos.push(...(yield* infosOf(session, item, source, options)));
    return infos;
  }
  if (kind === '') throw new CommandError(`unable to decode "${source}": Object 'Kind' is missing in '${goJson(value)}'`);
  checkMetadata(value, source);
  const mapping =
    local === true ? { ...guessedMapping(value), namespaced: false } : yield* served(session, { apiVersion, kind, source, validate });
  const [name, namespace] = [text(value, 'metadata', 'name'), text(value, 'metadata', 'namespace')];
  if (mapping === undefined) {
    throw new CommandError(
      `resource mapping not found for name: "${name}" namespace: "${namespace}" from "${source}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
    );
  }
  let object: JsonObject = value;
  if (mapping.namespaced) {
    if (namespace === '') object = { ...value, metadata: { ...metadataOf(value), namespace: session.namespace } };
    else if (session.namespaceGiven && namespace !== session.namespace) {
      throw new CommandError(
        `the namespace from the provided object "${namespace}" does not match the namespace "${session.namespace}". You must pass '--namespace=${namespace}' to perform this operation.`,
      );
    }
  }
  return [
    { mapping, name, object, source, ...(mapping.namespaced ? { namespace: namespace === '' ? session.namespace : namespace } : {}) },
  ];
}

/** What keeps an object from having a kind: validation.getObjectKind. */
function kindProblems(value: JsonObject): string[] {
  const { apiVersion, kind } = value;
  const problems: string[] = [];
  if (apiVersion === undefined || apiVersion === null) problems.push('apiVersion not set');
  else if (typeof apiVersion !== 'string') problems.push("apiVersion isn't string type");
  else if (apiVersion.split('/').length > 2) problems.push(`unexpected GroupVersion string: ${apiVersion}`);
  if (kind === undefined || kind === null) problems.push('kind not set');
  else if (typeof kind !== 'string') problems.push("kind isn't string type");
  return problems;
}

function metadataOf(value: JsonObject): JsonObject {
  return isObject(value['metadata']) ? value['metadata'] : {};
}

/** The part of an object that kubectl itself decodes: metadataOnlyObject. */
function checkMetadata(value: JsonObject, source: string): void {
  const refuse = (found: Json, field: string, type: string): never => {
    throw new CommandError(
      `unable to decode "${source}": json: cannot unmarshal ${goKind(found)} into Go struct field ${field} of type ${type}`,
    );
  };
  const metadata = value['metadata'];
  if (metadata === undefined || metadata === null) return;
  if (!isObject(metadata)) return refuse(metadata, 'metadataOnlyObject.metadata', 'v1.ObjectMeta');
  for (const field of ['annotations', 'generateName', 'labels', 'name', 'namespace'] as const) {
    const found = metadata[field];
    if (found === undefined || found === null) continue;
    if (field === 'labels' || field === 'annotations') {
      if (!isObject(found)) return refuse(found, `ObjectMeta.metadata.${field}`, 'map[string]string');
      const wrong = Object.keys(found)
        .sort()
        .map((key) => found[key] as Json)
        .find((item) => typeof item !== 'string' && item !== null);
      if (wrong !== undefined) return refuse(wrong, `ObjectMeta.metadata.${field}`, 'string');
    } else if (typeof found !== 'string') return refuse(found, `ObjectMeta.metadata.${field}`, 'string');
  }
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return { string: 'string', number: 'number', boolean: 'bool' }[typeof value as string] ?? 'object';
}
