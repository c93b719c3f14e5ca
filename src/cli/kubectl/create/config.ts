import type { Task } from '../../../engine/os/task.ts';
import { decode } from '../../../engine/os/text.ts';
import { isConfigMapKey } from '../../../engine/api/names.ts';
import { parseCertificates } from '../../../engine/api/x509/certificate.ts';
import { keyRefusal } from '../../../engine/api/x509/private-key.ts';
import { contentHash } from '../content-hash.ts';
import { CommandError } from '../errors.ts';
import { goQuote } from '../gotext.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { Session } from '../session.ts';
import type { JsonObject } from '../values.ts';
import { nameOf } from './arguments.ts';

const ENV_NAME_RULE =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

export function* makeConfigMap(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  const entries = collect(session, name, 'ConfigMap');
  const data: JsonObject = {};
  const binaryData: JsonObject = {};
  for (const [key, bytes] of entries) {
    const text = utf8(bytes);
    if (text === undefined) binaryData[key] = base64(bytes);
    else data[key] = text;
  }
  const object: JsonObject = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name },
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(Object.keys(binaryData).length > 0 ? { binaryData } : {}),
  };
  return hashed(session, object, name);
}

export function* makeSecret(session: Session, type: 'generic' | 'docker-registry' | 'tls'): Task<JsonObject> {
  const { flags, process } = session;
  const name = yield* nameOf(session);
  const make = (data: JsonObject, kind: string): JsonObject => ({
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name },
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(kind === '' ? {} : { type: kind }),
  });
  if (type === 'generic') {
    const data = Object.fromEntries([...collect(session, name, 'Secret')].map(([key, bytes]) => [key, base64(bytes)]));
    return hashed(session, make(data, flags.string('type')), name);
  }
  if (type === 'tls') {
    const read = (flag: string): Uint8Array => {
      const given = flags.string(flag);
      if (!process.files.exists(resolvePath(process, given)))
        throw new CommandError(`Cannot read file ${given}, open ${given}: no such file or directory`);
      return process.files.read(resolvePath(process, given));
    };
    if (flags.string('cert') === '' || flags.string('key') === '') throw new CommandError('key and cert must be specified');
    const [certificate, key] = [read('cert'), read('key')];
    checkKeyPair(decode(certificate), decode(key));
    return hashed(session, make({ 'tls.crt': base64(certificate), 'tls.key': base64(key) }, 'kubernetes.io/tls'), name);
  }
  const files = flags.list('from-file');
  if (files.length > 0) {
    // A file without a key is the configuration itself.
    const sources = files.map((source) => (source.includes('=') ? source : `.dockerconfigjson=${source}`));
    const entries = [...collect(session, name, 'Secret', sources)];
    return hashed(
      session,
      make(Object.fromEntries(entries.map(([key, bytes]) => [key, base64(bytes)])), 'kubernetes.io/dockerconfigjson'),
      name,
    );
  }
  const missing = ['docker-username', 'docker-password', 'docker-server'].filter((flag) => flags.string(flag) === '');
  if (missing.length > 0)
    throw new CommandError('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required');
  const [username, password, email] = ['docker-username', 'docker-password', 'docker-email'].map((flag) => flags.string(flag)) as [
    string,
    string,
    string,
  ];
  const auth = base64(new TextEncoder().encode(`${username}:${password}`));
  const config = `{"auths":{${JSON.stringify(flags.string('docker-server'))}:{"username":${JSON.stringify(username)},"password":${JSON.stringify(password)}${email === '' ? '' : `,"email":${JSON.stringify(email)}`},"auth":"${auth}"}}}`;
  return hashed(session, make({ '.dockerconfigjson': base64(new TextEncoder().encode(config)) }, 'kubernetes.io/dockerconfigjson'), name);
}

/** `tls.X509KeyPair`'s refusal of a certificate and a key that do not belong together. */
function checkKeyPair(certificate: string, key: string): void {
  const types = [...certificate.matchAll(/-----BEGIN ([^-]+)-----/g)].map((match) => match[1] as string);
  if (types.length === 0) throw new CommandError('tls: failed to find any PEM data in certificate input');
  const [leaf] = parseCertificates(certificate);
  if (leaf === undefined) {
    throw new CommandError(
      types.length === 1 && types[0]?.endsWith('PRIVATE KEY')
        ? 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
        : `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`,
    );
  }
  if (/-----BEGIN CERTIFICATE-----/.test(key) && !/PRIVATE KEY-----/.test(key))
    throw new CommandError('tls: found a certificate rather than a key in the PEM for the private key');
  const refusal = keyRefusal(leaf, key);
  if (refusal !== undefined) throw new CommandError(refusal);
}

/** Keys and contents of --from-literal, --from-file and --from-env-file. */
function collect(session: Session, name: string, kind: string, files = session.flags.slice('from-file')): Map<string, Uint8Array> {
  const { flags, process } = session;
  const entries = new Map<string, Uint8Array>();
  const literals = flags.list('from-literal');
  const envFiles = flags.slice('from-env-file');
  if (envFiles.length > 0 && files.length + literals.length > 0)
    throw new CommandError('from-env-file cannot be combined with from-file or from-literal');
  const add = (key: string, value: Uint8Array): void => {
    const problems = isConfigMapKey(key);
    if (problems.length > 0)
      throw new CommandError(
        kind === 'Secret'
          ? `${goQuote(key)} is not valid key name for a Secret ${problems.join(';')}`
          : `${goQuote(key)} is not a valid key name for a ConfigMap: ${problems.join(',')}`,
      );
    if (entries.has(key))
      throw new CommandError(
        kind === 'Secret'
          ? `cannot add key ${key}, another key by that name already exists`
          : `cannot add key "${key}", another key by that name already exists in Data for ConfigMap "${name}"`,
      );
    entries.set(key, value);
  };
  const read = (path: string): Uint8Array => {
    const full = resolvePath(process, path);
    if (!process.files.exists(full)) throw new CommandError(`error reading ${path}: no such file or directory`);
    return process.files.read(full);
  };
  for (const source of files) {
    if (source.split('=').length > 2) throw new CommandError("key names or file paths cannot contain '='");
    const equals = source.indexOf('=');
    if (equals === 0) throw new CommandError(`key name for file path ${source.slice(1)} missing`);
    if (equals === source.length - 1) throw new CommandError(`file path for key name ${source.slice(0, -1)} missing`);
    const path = source.slice(equals + 1);
    const full = resolvePath(process, path);
    if (process.files.exists(full) && process.files.stat(full).type === 'directory') {
      if (equals > 0) throw new CommandError('cannot give a key name for a directory path');
      for (const entry of [...process.files.list(full)].sort())
        if (process.files.stat(`${full}/${entry}`).type === 'file') add(entry, process.files.read(`${full}/${entry}`));
    } else add(equals > 0 ? source.slice(0, equals) : path.replace(/^.*\//, ''), read(path));
  }
  for (const source of literals) {
    const equals = source.indexOf('=');
    if (equals < 1) throw new CommandError(`invalid literal source ${source}, expected key=value`);
    const value = source.slice(equals + 1);
    add(source.slice(0, equals), new TextEncoder().encode(/^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value));
  }
  for (const source of envFiles) {
    const full = resolvePath(process, source);
    if (process.files.exists(full) && process.files.stat(full).type === 'directory')
      throw new CommandError('env config file cannot be a directory');
    for (const line of decode(read(source)).split('\n')) {
      const trimmed = line.replace(/^\s+/, '').replace(/\r$/, '');
      if (trimmed === '' || trimmed.startsWith('#')) continue;
      const equals = trimmed.indexOf('=');
      const key = equals < 0 ? trimmed : trimmed.slice(0, equals);
      if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key)) throw new CommandError(`${goQuote(key)} is not a valid key name: ${ENV_NAME_RULE}`);
      add(key, new TextEncoder().encode(equals < 0 ? (process.env.get(key) ?? '') : trimmed.slice(equals + 1)));
    }
  }
  return entries;
}

function hashed(session: Session, object: JsonObject, name: string): JsonObject {
  if (!session.flags.bool('append-hash')) return object;
  return { ...object, metadata: { name: `${name}-${contentHash(object)}` } };
}

export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
