import { parseJson, SyntaxFault } from '../json.ts';
import { decodeText, encodeText } from '../base64.ts';
import type { Secret } from '../generated/types.ts';
import { frozenFields } from '../immutable.ts';
import { isConfigMapKey } from '../names.ts';
import type { Findings } from '../validation.ts';

/** All values together, in bytes. */
const LIMIT = 1024 * 1024;
const TOKEN_ACCOUNT = 'kubernetes.io/service-account.name';

/** `stringData` is written over `data` and not kept. */
export function setSecretDefaults(secret: Secret): void {
  secret.type ||= 'Opaque';
  const { stringData } = secret;
  delete secret.stringData;
  if (stringData === undefined) return;
  const data: Record<string, string> = { ...secret.data };
  for (const [key, value] of Object.entries(stringData)) data[key] = encodeText(value);
  secret.data = data;
}

export function validateSecret({ metadata, type, data = {} }: Secret, findings: Findings): void {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    for (const problem of isConfigMapKey(key)) findings.invalid(`data[${key}]`, key, problem);
    size += Math.floor(((value ?? '').replace(/=+$/, '').length * 3) / 4);
  }
  if (size > LIMIT) findings.tooLong('data', LIMIT);
  const needs = (key: string): boolean => {
    if (key in data) return true;
    findings.required(`data[${key}]`);
    return false;
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[TOKEN_ACCOUNT]) findings.required(`metadata.annotations[${TOKEN_ACCOUNT}]`);
      break;
    case 'kubernetes.io/dockercfg':
      if (needs('.dockercfg')) validateJson('.dockercfg', data, findings);
      break;
    case 'kubernetes.io/dockerconfigjson':
      if (needs('.dockerconfigjson')) validateJson('.dockerconfigjson', data, findings);
      break;
    case 'kubernetes.io/basic-auth':
      if (!('username' in data) && !('password' in data)) {
        findings.required('data[username]');
        findings.required('data[password]');
      }
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) findings.required('data[ssh-privatekey]');
      break;
    case 'kubernetes.io/tls':
      needs('tls.crt');
      needs('tls.key');
      break;
    default:
  }
}

export function validateSecretUpdate(secret: Secret, old: Secret, findings: Findings): void {
  if (secret.type !== old.type) findings.invalid('type', secret.type, 'field is immutable');
  frozenFields(secret, old, ['data'], findings);
  validateSecret(secret, findings);
}

export function secretWarnings({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls' || data['tls.crt'] === undefined) return [];
  return decodeText(data['tls.crt']).includes('-----BEGIN ') ? [] : ['tls: failed to find any PEM data in certificate input'];
}

// What a Secret holds is never shown.
function validateJson(key: string, data: Readonly<Record<string, string>>, findings: Findings): void {
  const fault = jsonFault(decodeText(data[key] ?? ''));
  if (fault !== undefined) findings.invalid(`data[${key}]`, '<secret contents redacted>', fault);
}

/** Why a text is no JSON object, in the words of Go's `encoding/json`. */
function jsonFault(text: string): string | undefined {
  try {
    const { value } = parseJson(text);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}
