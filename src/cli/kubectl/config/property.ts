import type { Task } from '../../../engine/os/task.ts';
import { CommandError, HelpError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Json, JsonObject } from '../values.ts';
import { load, save, withEntry, withoutEntry } from './access.ts';
import type { Section, Stanzas } from './stanzas.ts';

// `config set` and `config unset`: a path through client-go's structs, whose fields have types.

export const SET_FLAGS = 'set-raw-bytes:bool';

type FieldType = 'string' | 'bool' | 'bytes' | 'pointer';

const FIELDS: Readonly<Record<Section, Readonly<Record<string, FieldType>>>> = {
  clusters: {
    server: 'string',
    'tls-server-name': 'string',
    'insecure-skip-tls-verify': 'bool',
    'certificate-authority': 'string',
    'certificate-authority-data': 'bytes',
    'proxy-url': 'string',
    'disable-compression': 'bool',
    extensions: 'pointer',
  },
  contexts: { cluster: 'string', user: 'string', namespace: 'string', extensions: 'pointer' },
  users: {
    'client-certificate': 'string',
    'client-certificate-data': 'bytes',
    'client-key': 'string',
    'client-key-data': 'bytes',
    token: 'string',
    tokenFile: 'string',
    'act-as': 'string',
    'act-as-uid': 'string',
    'act-as-groups': 'pointer',
    'act-as-user-extra': 'pointer',
    username: 'string',
    password: 'string',
    'auth-provider': 'pointer',
    exec: 'pointer',
    extensions: 'pointer',
  },
};
/** Fields whose name in the file differs from that of the struct. */
const WRITTEN: Readonly<Record<string, string>> = { 'act-as': 'as', 'act-as-uid': 'as-uid' };

type Place =
  | { readonly kind: 'current-context' }
  | { readonly kind: 'colors' }
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'entry'; readonly section: Section; readonly name: string }
  | { readonly kind: 'field'; readonly section: Section; readonly name: string; readonly field: string; readonly type: FieldType };

/** Names of entries may hold dots: one ends where a field's name begins. */
function locate(path: string): Place {
  const [head = '', ...rest] = path.split('.');
  if (head === 'current-context' && rest.length === 0) return { kind: 'current-context' };
  if (head === 'preferences') {
    if (rest.length === 1 && rest[0] === 'colors') return { kind: 'colors' };
    throw new CommandError(`unable to parse ${path} after [{preferences api.Preferences}] at api.Preferences`);
  }
  if (!(head in FIELDS)) throw new CommandError(`unable to parse ${path} after [] at api.Config`);
  const section = head as Section;
  if (rest.length === 0) return { kind: 'section', section };
  const known = rest.slice(1).findIndex((part) => part in FIELDS[section]);
  if (known < 0) return { kind: 'entry', section, name: rest.join('.') };
  const field = rest[known + 1] as string;
  const type = FIELDS[section][field] as FieldType;
  if (rest.length > known + 2) throw new CommandError(`unable to parse one or more field values of ${path}`);
  return { kind: 'field', section, name: rest.slice(0, known + 1).join('.'), field, type };
}

export function* setProperty(session: Session): Task<number> {
  const { args } = session.flags;
  if (args.length !== 2) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
  const [path = '', value = ''] = args;
  const config = load(session);
  save(session, config, changed(session, config, path, value));
  yield* session.out(`Property "${goName(path)}" set.\n`);
  return 0;
}

export function* unsetProperty(session: Session): Task<number> {
  const { args } = session.flags;
  if (args.length !== 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
  const [path = ''] = args;
  const config = load(session);
  save(session, config, without(config, locate(path)));
  yield* session.out(`Property "${goName(path)}" unset.\n`);
  return 0;
}

function goName(path: string): string {
  return path.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

function changed(session: Session, config: Stanzas, path: string, value: string): Stanzas {
  const place = locate(path);
  switch (place.kind) {
    case 'current-context':
      return { ...config, currentContext: value };
    case 'colors':
      return { ...config, preferences: { ...config.preferences, colors: bool(value) } };
    case 'section':
    case 'entry':
      throw new CommandError(
        `can't set a map to a value: map[${[...config[place.section].keys()]
          .sort()
          .map((name, i) => `${name}:0xc0000${(0x10000 + i * 0x100).toString(16)}`)
          .join(' ')}]`,
      );
    case 'field': {
      if (place.type === 'pointer') throw new CommandError(`unable to parse one or more field values of ${path}`);
      const entry: JsonObject = { ...config[place.section].get(place.name) };
      entry[WRITTEN[place.field] ?? place.field] = parsed(session, place.type, value);
      return withEntry(config, place.section, place.name, entry);
    }
  }
}

function parsed(session: Session, type: FieldType, value: string): Json {
  if (type === 'bool') return bool(value);
  if (type !== 'bytes') return value;
  if (session.flags.bool('set-raw-bytes')) return btoa([...new TextEncoder().encode(value)].map((b) => String.fromCharCode(b)).join(''));
  const wrong = /^[A-Za-z0-9+/]*/.exec(value)?.[0].length ?? 0;
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw new CommandError(
      `error decoding input value: illegal base64 data at input byte ${Math.min(wrong, value.length - (value.length % 4))}`,
    );
  return value;
}

function bool(value: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw new CommandError(`strconv.ParseBool: parsing "${value}": invalid syntax`);
}

function without(config: Stanzas, place: Place): Stanzas {
  switch (place.kind) {
    case 'current-context':
      return { ...config, currentContext: '' };
    case 'colors': {
      const { colors: _gone, ...preferences } = config.preferences;
      return { ...config, preferences };
    }
    case 'section':
      return { ...config, [place.section]: new Map() };
    case 'entry':
      return withoutEntry(config, place.section, place.name);
    case 'field': {
      const entry = config[place.section].get(place.name);
      if (entry === undefined) throw new CommandError(`current map key \`${place.name}\` is invalid`);
      const { [WRITTEN[place.field] ?? place.field]: _gone, ...left } = entry;
      return withEntry(config, place.section, place.name, left);
    }
  }
}
