import { badRequest, failure, type StatusError } from '../api/errors.ts';
import { apiVersion, type Kind } from '../api/kind.ts';
import type { Json, JsonObject } from '../api/meta.ts';
import { Findings, invalid } from '../api/validation.ts';
import { jsonName, readFields, TypeFault, type Reading } from './decode/fields.ts';
import { parseJson, SyntaxFault, type ParsedJson } from '../api/json.ts';
import { isRegistered } from './decode/registered.ts';
import { parseYaml } from '../api/yaml/go-yaml.ts';
import { YamlFault } from '../api/yaml/tokens.ts';
import { copy } from './values.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Decoded {
  readonly object: JsonObject;
  readonly warnings: string[];
}

/** `--max-request-bytes` of the real server. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** Free-form values nested deeper than this are refused: nothing real is, and everything that walks them recurses. */
const MAX_FREE_DEPTH = 1000;

const UNKNOWN_FORMAT =
  'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf';

/**
 * Reads the body of a write. Refuses malformed text, wrong kinds and versions, wrong types, and under `Strict` unknown and
 * repeated fields; drops unknown fields; fills in `apiVersion` and `kind`. `kind` is absent for options and questions
 * whose type is `schemaType`.
 */
export function decodeBody(
  text: string,
  contentType: string,
  kind: Kind | undefined,
  schemaType: string,
  fieldValidation: FieldValidation,
): Decoded {
  const into = kind?.kind ?? schemaType;
  const parsed = parse(text, contentType, into);
  const object = parsed.json.value === null ? {} : (parsed.json.value as JsonObject);
  // Null is "not set", here as everywhere.
  const given = { kind: object['kind'] ?? '', apiVersion: object['apiVersion'] ?? '' } as { kind: string; apiVersion: string };
  const name = given.kind === '' ? into : given.kind;
  const version = given.apiVersion === '' ? (kind === undefined ? 'v1' : apiVersion(kind)) : given.apiVersion;
  const cannot = (why: string): StatusError =>
    badRequest(`${name} in version ${JSON.stringify(version.slice(version.indexOf('/') + 1))} cannot be handled as a ${into}: ${why}`);

  if (kind?.custom !== undefined) {
    if (name !== kind.kind) throw otherKind(object, name, kind);
    return decodeCustom(object, kind, { parsed, version, cannot, fieldValidation });
  }
  if (kind !== undefined && (name !== kind.kind || version !== apiVersion(kind))) {
    if (!isRegistered(version, name)) {
      throw cannot(
        `no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
      );
    }
    if (name !== kind.kind) {
      throw cannot(`converting (${goPackage(version)}.${name}) to (${internalPackage(kind.group)}.${kind.kind}): unknown conversion`);
    }
  }
  let reading: Reading;
  try {
    reading = readFields(object, schemaType, parsed.json.repeated);
  } catch (error) {
    if (error instanceof TypeFault) throw cannot(error.message);
    throw error;
  }
  const strict = parsed.repeatedInYaml === undefined ? reading.strict : [parsed.repeatedInYaml, ...reading.strict];
  if (strict.length > 0 && fieldValidation === 'Strict') throw cannot(`strict decoding error: ${strict.join(', ')}`);
  if (kind !== undefined && version !== apiVersion(kind)) {
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${apiVersion(kind)})`);
  }
  if (tooDeep(reading.object, MAX_FREE_DEPTH)) throw cannot(`values nested deeper than ${MAX_FREE_DEPTH} levels are not supported here`);
  const typed = kind === undefined ? reading.object : withType(reading.object, kind.kind, apiVersion(kind));
  return { object: typed, warnings: fieldValidation === 'Warn' ? [...strict] : [] };
}

interface CustomBody {
  readonly parsed: Parsed;
  readonly version: string;
  readonly cannot: (why: string) => StatusError;
  readonly fieldValidation: FieldValidation;
}

/** A custom object is a map; its definition says what may be in it. */
function decodeCustom(object: JsonObject, kind: Kind, { parsed, version, cannot, fieldValidation }: CustomBody): Decoded {
  if (version !== apiVersion(kind))
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${apiVersion(kind)})`);
  const draft = withType(copy(object), kind.kind, version);
  const strict = [...duplicates(parsed.json), ...readCustom(draft, kind, cannot)];
  if (parsed.repeatedInYaml !== undefined) strict.unshift(parsed.repeatedInYaml);
  if (strict.length > 0 && fieldValidation === 'Strict') throw cannot(`strict decoding error: ${strict.join(', ')}`);
  if (tooDeep(draft, MAX_FREE_DEPTH)) throw cannot(`values nested deeper than ${MAX_FREE_DEPTH} levels are not supported here`);
  return { object: draft, warnings: fieldValidation === 'Warn' ? strict : [] };
}

/** Brings a draft of a custom kind into form; tells unknown fields. */
export function readCustom(draft: JsonObject, kind: Kind, cannot: (why: string) => StatusError): string[] {
  try {
    return kind.custom?.read(draft) ?? [];
  } catch (error) {
    if (error instanceof TypeFault) throw cannot(error.message);
    throw error;
  }
}

/** What says of itself that it is of another kind than the URL's. */
export function otherKind(object: JsonObject, name: string, kind: Kind): StatusError {
  const given = (object['metadata'] as JsonObject | undefined)?.['name'];
  const findings = new Findings();
  findings.invalid('kind', name, `must be ${kind.kind}`);
  return invalid(name, kind.group, typeof given === 'string' ? given : '', findings.list);
}

function duplicates({ value, repeated }: ParsedJson): string[] {
  const found: string[] = [];
  const visit = (at: Json, path: string): void => {
    if (typeof at !== 'object' || at === null) return;
    if (Array.isArray(at)) return at.forEach((item, index) => visit(item, `${path}[${index}]`));
    const seen = new Set<string>();
    for (const [key, item] of repeated.get(at) ?? Object.entries(at)) {
      const below = path === '' ? key : `${path}.${key}`;
      if (seen.has(key)) found.push(`duplicate field ${JSON.stringify(below)}`);
      seen.add(key);
      visit(item, below);
    }
  };
  if (repeated.size > 0) visit(value, '');
  return found;
}

/**
 * The same for a value that an in-process client hands over: no text, so no syntax and no repeated keys. The answer is a
 * draft of its own: nothing in it is shared with the value.
 */
export function checkFields(value: object, schemaType: string, fieldValidation: FieldValidation): Decoded {
  const given = value as JsonObject;
  let reading: Reading;
  const cannot = (why: string): StatusError => {
    const version = String(given['apiVersion'] ?? 'v1');
    return badRequest(
      `${String(given['kind'] ?? schemaType)} in version ${JSON.stringify(version.slice(version.indexOf('/') + 1))} cannot be handled as a ${schemaType}: ${why}`,
    );
  };
  try {
    reading = readFields(given, schemaType);
  } catch (error) {
    if (error instanceof TypeFault) throw cannot(error.message);
    throw error;
  }
  if (reading.strict.length > 0 && fieldValidation === 'Strict') throw cannot(`strict decoding error: ${reading.strict.join(', ')}`);
  return { object: copy(reading.object), warnings: fieldValidation === 'Warn' ? [...reading.strict] : [] };
}

export function tooLarge(): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}

interface Parsed {
  readonly json: ParsedJson;
  readonly repeatedInYaml: string | undefined;
}

function parse(text: string, contentType: string, into: string): Parsed {
  if (text.length > MAX_BODY_BYTES || (text.length * 3 > MAX_BODY_BYTES && new TextEncoder().encode(text).length > MAX_BODY_BYTES))
    throw tooLarge();
  const unrecognized = (why: string): StatusError =>
    badRequest(`the object provided is unrecognized (must be of type ${into}): ${why} (${summary(text)})`);
  switch (mediaType(contentType)) {
    case '':
    case '*/*':
    case 'application/json': {
      const about = "couldn't get version/kind; json parse error: ";
      try {
        const json = parseJson(text);
        const fault = envelopeFault(json.value);
        if (fault !== undefined) throw unrecognized(about + fault);
        return { json, repeatedInYaml: undefined };
      } catch (error) {
        if (error instanceof SyntaxFault) throw unrecognized(about + error.message);
        throw error;
      }
    }
    case 'application/yaml': {
      try {
        const { value, repeated } = parseYaml(text);
        const fault = envelopeFault(value);
        if (fault !== undefined) throw unrecognized(`couldn't get version/kind; json parse error: ${fault}`);
        return { json: { value, repeated: new Map() }, repeatedInYaml: repeated };
      } catch (error) {
        if (error instanceof YamlFault) throw unrecognized(error.message);
        throw error;
      }
    }
    case 'application/vnd.kubernetes.protobuf':
      if (text.startsWith('k8s\0'))
        throw failure(
          415,
          'UnsupportedMediaType',
          'protobuf bodies are not supported by this server: send application/json or application/yaml',
        );
      throw unrecognized('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
    default:
      throw failure(415, 'UnsupportedMediaType', UNKNOWN_FORMAT);
  }
}

/** `application/json` of `application/json; charset=utf-8`. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

// Before anything else the server reads only these two fields.
function envelopeFault(value: Json): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    return `json: cannot unmarshal ${jsonName(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const given = value[field];
    if (given !== undefined && given !== null && typeof given !== 'string')
      return `json: cannot unmarshal ${jsonName(given)} into Go struct field .${field} of type string`;
  }
  return undefined;
}

// How an error message shows the beginning of a body: JSON objects as they are, anything else in hexadecimal.
function summary(text: string): string {
  if (text === '') return '<empty>';
  const bytes = new TextEncoder().encode(text.slice(0, 40));
  const longer = bytes.length > 30 || text.length > 30;
  const head = bytes.slice(0, 30);
  const shown = text.startsWith('{')
    ? new TextDecoder().decode(head)
    : [...head].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return longer ? `${shown} ...` : shown;
}

/** `kind` and `apiVersion` first, as the real server writes them. */
export function withType(object: JsonObject, kind: string, version: string): JsonObject {
  return object['kind'] === kind && object['apiVersion'] === version ? object : { ...object, kind, apiVersion: version };
}

export const goPackage = (version: string): string => version.slice(version.indexOf('/') + 1);
export const internalPackage = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] as string));

function tooDeep(value: Json, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) return value.some((item) => tooDeep(item, left - 1));
  for (const key in value) if (tooDeep((value as JsonObject)[key] as Json, left - 1)) return true;
  return false;
}
