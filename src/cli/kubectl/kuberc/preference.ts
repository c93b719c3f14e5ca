import { FileError } from '../../../engine/os/process.ts';
import type { Process } from '../../../engine/os/process.ts';
import { decode } from '../../../engine/os/text.ts';
import { CommandError } from '../errors.ts';
import { resolvePath } from '../config/stanzas.ts';
import { isObject, list, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { parseDocument } from '../yaml/parse.ts';

/** A flag and the value it has unless the command line says otherwise. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

/** kubectl.config.k8s.io, kind Preference, whatever its version. */
export interface Preference {
  readonly defaults: readonly { readonly command: string; readonly options: readonly Option[] }[];
  readonly aliases: readonly {
    readonly name: string;
    readonly command: string;
    readonly prependArgs: readonly string[];
    readonly appendArgs: readonly string[];
    readonly options: readonly Option[];
  }[];
  readonly policy: PluginPolicy;
}

/** Which programs may be run for credentials. */
export interface PluginPolicy {
  readonly type: string;
  /** Absent where the file has no such list. */
  readonly allowed?: readonly string[];
}

/** Objects of a list by their fields, or what a field holds. */
type Shape = 'string' | 'strings' | { readonly [field: string]: Shape };

const OPTION: Shape = { name: 'string', default: 'string' };
const ALIAS = { name: 'string', command: 'string', prependArgs: 'strings', appendArgs: 'strings' } as const;
const SHAPES: Readonly<Record<string, Shape>> = {
  v1alpha1: { overrides: { command: 'string', flags: OPTION }, aliases: { ...ALIAS, flags: OPTION } },
  v1beta1: {
    defaults: { command: 'string', options: OPTION },
    aliases: { ...ALIAS, options: OPTION },
    credentialPluginPolicy: 'string',
    credentialPluginAllowlist: { name: 'string', command: 'string' },
  },
};
const GROUP = 'kubectl.config.k8s.io';

/** The first document that is one; `problem` is what a strict reader says of its fields. */
export function readPreference(process: Process, path: string): { preference: Preference; problem: string } | undefined {
  const source = readText(process, path);
  let attempts = 0;
  for (const part of source.split(/^---(?:\s.*)?$/m)) {
    if (part.trim() === '') continue;
    attempts++;
    const value = parsed(part);
    if (!isObject(value) || text(value, 'kind') !== 'Preference') continue;
    const [group = '', version = ''] = text(value, 'apiVersion').split('/');
    const shape = SHAPES[version];
    const { apiVersion: _apiVersion, kind: _kind, ...fields } = value;
    const unknown: string[] = [];
    if (group !== GROUP || shape === undefined || !fits(fields, shape, '', unknown)) continue;
    const problem = unknown.length === 0 ? '' : `strict decoding error: ${unknown.map((each) => `unknown field "${each}"`).join(', ')}`;
    return { preference: preferenceOf(fields), problem };
  }
  if (attempts > 0) throw new CommandError(`no valid preferences found in ${path}, use --v=5 to see details`);
  return undefined;
}

function readText(process: Process, path: string): string {
  try {
    return decode(process.files.read(resolvePath(process, path)));
  } catch (error) {
    if (error instanceof FileError) throw new FileError(error.code, path);
    throw error;
  }
}

function parsed(part: string): Json | undefined {
  try {
    return parseDocument(part, '');
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Whether a lenient reader takes it; fields that nobody knows are gathered. */
function fits(value: Json | undefined, shape: Shape, path: string, unknown: string[]): boolean {
  if (value === undefined || value === null) return true;
  if (shape === 'string') return typeof value === 'string';
  if (shape === 'strings') return Array.isArray(value) && value.every((each) => typeof each === 'string');
  const fields = (each: Json, at: string): boolean =>
    isObject(each) &&
    Object.entries(each).every(([name, inner]) => {
      const known = shape[name];
      const here = at === '' ? name : `${at}.${name}`;
      if (known === undefined) unknown.push(here);
      return known === undefined || fits(inner, known, here, unknown);
    });
  if (path === '') return fields(value, '');
  return Array.isArray(value) && value.every((each, i) => fields(each, `${path}[${i}]`));
}

function preferenceOf(value: JsonObject): Preference {
  const options = (each: Json): Option[] =>
    [...list(each, 'options'), ...list(each, 'flags')].map((one) => ({ name: text(one, 'name'), value: text(one, 'default') }));
  const allowed = value['credentialPluginAllowlist'];
  return {
    defaults: [...list(value, 'defaults'), ...list(value, 'overrides')].map((each) => ({
      command: text(each, 'command'),
      options: options(each),
    })),
    aliases: list(value, 'aliases').map((each) => ({
      name: text(each, 'name'),
      command: text(each, 'command'),
      prependArgs: list(each, 'prependArgs').map(String),
      appendArgs: list(each, 'appendArgs').map(String),
      options: options(each),
    })),
    policy: {
      type: text(value, 'credentialPluginPolicy'),
      ...(Array.isArray(allowed) ? { allowed: allowed.map((each) => text(object(each), 'command')) } : {}),
    },
  };
}

/** client-go's `ValidatePluginPolicy`. */
export function policyProblem({ type, allowed }: PluginPolicy): string {
  if (['', 'AllowAll', 'DenyAll'].includes(type))
    return allowed === undefined
      ? ''
      : `misconfigured credential plugin allowlist: plugin policy is ${JSON.stringify(type)} but allowlist is non-nil`;
  if (type !== 'Allowlist') return `unknown plugin policy: ${JSON.stringify(type)}`;
  if (allowed === undefined) return 'credential plugin policy set to "Allowlist", but allowlist is unspecified';
  if (allowed.length === 0) return 'credential plugin policy set to "Allowlist", but allowlist is empty; use "DenyAll" policy instead';
  const empty = allowed.indexOf('');
  return empty < 0 ? '' : `misconfigured credential plugin allowlist: empty allowlist entry #${empty + 1}`;
}
