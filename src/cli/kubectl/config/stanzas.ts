import type { Process } from '../../../engine/os/process.ts';
import { decode, encode } from '../../../engine/os/text.ts';
import { CommandError } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { equal, isObject, list, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { toYaml } from '../yaml/emit.ts';
import { parseDocument } from '../yaml/parse.ts';

/** The maps of a kubeconfig, by the field that an entry's content stands in. */
export const SECTIONS = { clusters: 'cluster', contexts: 'context', users: 'user' } as const;
export type Section = keyof typeof SECTIONS;

/** A kubeconfig, or several merged: entries by name, and the file that each came from. */
export interface Stanzas {
  readonly clusters: ReadonlyMap<string, JsonObject>;
  readonly contexts: ReadonlyMap<string, JsonObject>;
  readonly users: ReadonlyMap<string, JsonObject>;
  readonly currentContext: string;
  readonly preferences: JsonObject;
  /** By `users/ann`. */
  readonly origins: ReadonlyMap<string, string>;
}

/** Files in order of precedence: `--kubeconfig` alone, else those of $KUBECONFIG, else the one in the home directory. */
export function kubeconfigPaths(process: Process, flags: Flags): string[] {
  return givenPaths(process, flags).map((path) => resolvePath(process, path));
}

function givenPaths(process: Process, flags: Flags): string[] {
  if (flags.string('kubeconfig') !== '') return [flags.string('kubeconfig')];
  const fromEnv = (process.env.get('KUBECONFIG') ?? '').split(':').filter((path) => path !== '');
  return fromEnv.length > 0 ? fromEnv : [`${process.env.get('HOME') ?? '/root'}/.kube/config`];
}

/** Where new entries go: the first file that exists, else the last. */
export function defaultPath(process: Process, flags: Flags): string {
  return resolvePath(process, shownPath(process, flags));
}

/** The same file as it was given, which is how messages name it. */
export function shownPath(process: Process, flags: Flags): string {
  const paths = givenPaths(process, flags);
  return paths.find((path) => process.files.exists(resolvePath(process, path))) ?? (paths.at(-1) as string);
}

export function resolvePath(process: Process, path: string): string {
  return absolutePath(process.cwd, path);
}

export function absolutePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function directoryOf(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}

/** All files merged: the first to say something wins. A missing one counts as empty. */
export function readStanzas(process: Process, flags: Flags): Stanzas {
  const merged = {
    clusters: new Map<string, JsonObject>(),
    contexts: new Map<string, JsonObject>(),
    users: new Map<string, JsonObject>(),
    origins: new Map<string, string>(),
  };
  let currentContext = '';
  let preferences: JsonObject = {};
  for (const path of kubeconfigPaths(process, flags)) {
    const one = readFile(process, path, flags.string('kubeconfig') || path);
    for (const section of Object.keys(SECTIONS) as Section[]) {
      for (const [name, entry] of one[section]) {
        if (merged[section].has(name)) continue;
        merged[section].set(name, entry);
        merged.origins.set(`${section}/${name}`, path);
      }
    }
    currentContext ||= one.currentContext;
    preferences = { ...one.preferences, ...preferences };
  }
  return { ...merged, currentContext, preferences };
}

function readFile(process: Process, path: string, shown: string): Stanzas {
  const fail = (why: string): never => {
    throw new CommandError(`error loading config file "${shown}": ${why}`);
  };
  const read = (): Json => {
    try {
      return process.files.exists(path) ? parseDocument(decode(process.files.read(path)), shown) : null;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return fail(error.message.replace(/^.*?(?=yaml: )/s, ''));
    }
  };
  const config = read();
  if (Array.isArray(config))
    fail(
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    );
  const [version, kind] = [text(config, 'apiVersion') || 'v1', text(config, 'kind') || 'Config'];
  if (kind !== 'Config' || version !== 'v1')
    fail(`no kind "${kind}" is registered for version "${version}" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`);
  const maps = {} as Record<Section, Map<string, JsonObject>>;
  for (const section of Object.keys(SECTIONS) as Section[]) {
    const found = isObject(config) ? config[section] : undefined;
    if (found !== undefined && found !== null && !Array.isArray(found)) {
      const type = { clusters: 'v1.NamedCluster', contexts: 'v1.NamedContext', users: 'v1.NamedAuthInfo' }[section];
      fail(
        `json: cannot unmarshal ${isObject(found) ? 'object' : typeof found === 'boolean' ? 'bool' : typeof found} into Go struct field Config.${section} of type []${type}`,
      );
    }
    maps[section] = new Map();
    for (const entry of list(config, section)) {
      const content = isObject(entry) ? entry[SECTIONS[section]] : undefined;
      // Of two entries of one name in one file the first counts.
      if (!maps[section].has(text(entry, 'name'))) maps[section].set(text(entry, 'name'), isObject(content) ? content : {});
    }
  }
  const preferences = isObject(config) && isObject(config['preferences']) ? config['preferences'] : {};
  return { ...maps, currentContext: text(config, 'current-context'), preferences, origins: new Map() };
}

/** Writes what `after` has and `before` had not, each entry to the file that it came from. */
export function writeStanzas(process: Process, flags: Flags, before: Stanzas, after: Stanzas): void {
  const fallback = defaultPath(process, flags);
  const edit = (path: string, change: (file: { -readonly [K in keyof Stanzas]: Stanzas[K] }) => Stanzas): void => {
    const file = change(readFile(process, path, path));
    process.files.makeDirectory(directoryOf(path), { parents: true });
    process.files.write(path, encode(toYaml(documentOf(file))), { mode: 0o600 });
  };
  if (before.currentContext !== after.currentContext) {
    const naming = kubeconfigPaths(process, flags).find((path) => readFile(process, path, path).currentContext !== '');
    edit(after.currentContext === '' ? (naming ?? fallback) : fallback, (file) => ({ ...file, currentContext: after.currentContext }));
  }
  if (!equal(before.preferences, after.preferences)) edit(fallback, (file) => ({ ...file, preferences: after.preferences }));
  for (const section of Object.keys(SECTIONS) as Section[]) {
    for (const [name, content] of after[section]) {
      if (equal(before[section].get(name), content)) continue;
      const path = before.origins.get(`${section}/${name}`) ?? fallback;
      edit(path, (file) => ({ ...file, [section]: new Map(file[section]).set(name, relative(section, content, directoryOf(path))) }));
    }
    for (const name of before[section].keys()) {
      if (after[section].has(name)) continue;
      edit(before.origins.get(`${section}/${name}`) ?? fallback, (file) => {
        const left = new Map(file[section]);
        left.delete(name);
        return { ...file, [section]: left };
      });
    }
  }
}

const FILES: Readonly<Record<Section, readonly string[]>> = {
  clusters: ['certificate-authority'],
  contexts: [],
  users: ['client-certificate', 'client-key', 'tokenFile'],
};

/** Files below the kubeconfig's own directory are named from there. */
function relative(section: Section, content: JsonObject, base: string): JsonObject {
  const found = { ...content };
  const prefix = base === '/' ? '/' : `${base}/`;
  for (const field of FILES[section]) {
    const path = text(content, field);
    if (path.startsWith(prefix)) found[field] = path.slice(prefix.length);
  }
  return found;
}

// Fields in the order of client-go's structs, which JSON keeps and YAML does not.
const FIELD_ORDER: Readonly<Record<Section, readonly string[]>> = {
  clusters: [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority',
    'certificate-authority-data',
    'proxy-url',
    'disable-compression',
    'extensions',
  ],
  contexts: ['cluster', 'user', 'namespace', 'extensions'],
  users: [
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'token',
    'tokenFile',
    'as',
    'as-uid',
    'as-groups',
    'as-user-extra',
    'username',
    'password',
    'auth-provider',
    'exec',
    'extensions',
  ],
};
const REQUIRED: Readonly<Record<Section, readonly string[]>> = { clusters: ['server'], contexts: ['cluster', 'user'], users: [] };

function ordered(field: string, value: Json): Json {
  const order = {
    exec: ['command', 'args', 'env', 'apiVersion', 'installHint', 'provideClusterInfo', 'interactiveMode'],
    'auth-provider': ['name', 'config'],
  }[field];
  if (order === undefined || !isObject(value)) return value;
  return Object.fromEntries(order.filter((key) => value[key] !== undefined).map((key) => [key, value[key] as Json]));
}

/** The kubeconfig as `v1.Config` is written: sections sorted by name, absent ones null. */
export function documentOf(config: Stanzas): JsonObject {
  const entries = (section: Section): Json =>
    config[section].size === 0
      ? null
      : [...config[section].keys()].sort().map((name) => {
          const content = config[section].get(name) as JsonObject;
          const kept: JsonObject = {};
          for (const field of FIELD_ORDER[section]) {
            const value = content[field];
            if (value !== undefined && value !== null && value !== '' && value !== false) kept[field] = ordered(field, value);
            else if (REQUIRED[section].includes(field)) kept[field] = '';
          }
          return { name, [SECTIONS[section]]: kept };
        });
  return {
    kind: 'Config',
    apiVersion: 'v1',
    ...(Object.keys(config.preferences).length === 0 ? {} : { preferences: config.preferences }),
    clusters: entries('clusters'),
    users: entries('users'),
    contexts: entries('contexts'),
    'current-context': config.currentContext,
  };
}
