import { decodeText } from '../base64.ts';
import type { Json, JsonObject } from '../meta.ts';
import { parseDocument, type Node } from './parser.ts';
import { resolvePlain } from './scalars.ts';
import { YamlFault } from './tokens.ts';

export interface ParsedYaml {
  readonly value: Json;
  /** The complaint of a strict reader about keys that are named twice, or undefined. The value holds the last of each. */
  readonly repeated: string | undefined;
}

/** A value as go-yaml reads it: keys need not be texts yet. */
type Read = string | number | boolean | null | Read[] | Map<Read, Read>;

const PREFIX = 'tag:yaml.org,2002:';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const RESOLVED = ['str', 'bool', 'int', 'float', 'null', 'timestamp', 'merge'];

/**
 * The first document of a YAML text as JSON, read as sigs.k8s.io/yaml does over go-yaml v2 (YAML 1.1): `yes` is true, `010` is eight, times stay
 * texts, of a key named twice the last counts. Nothing at all is `null`. Throws `YamlFault` in its words (`yaml: line 3: …`).
 */
export function parseYaml(text: string): ParsedYaml {
  try {
    const node = parseDocument(text);
    if (node === undefined) return { value: null, repeated: undefined };
    const decoder = new Decoder();
    const value = toJson(decoder.read(node));
    const { repeated } = decoder;
    return { value, repeated: repeated.length === 0 ? undefined : ['yaml: unmarshal errors:', ...repeated].join('\n  ') };
  } catch (error) {
    // What is nested deeper than the stack is deep.
    if (error instanceof RangeError) throw YamlFault.of('exceeded max depth of 10000');
    throw error;
  }
}

class Decoder {
  readonly repeated: string[] = [];
  /** Anchors whose values are being read. */
  readonly #open = new Set<Node>();
  #decoded = 0;
  #aliased = 0;
  #aliasDepth = 0;

  read(node: Node): Read {
    this.#decoded++;
    if (this.#aliasDepth > 0) this.#aliased++;
    if (this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > allowedRatio(this.#decoded))
      throw YamlFault.of('document contains excessive aliasing');
    switch (node.kind) {
      case 'scalar':
        return readScalar(node);
      case 'sequence':
        return this.#inside(node, () => node.items.map((item) => this.read(item)));
      case 'mapping':
        return this.#inside(node, () => this.#mapping(node));
      case 'alias':
        if (this.#open.has(node.node)) throw YamlFault.of(`anchor '${node.name}' value contains itself`);
        this.#aliasDepth++;
        try {
          return this.read(node.node);
        } finally {
          this.#aliasDepth--;
        }
    }
  }

  #inside<T>(node: Node, read: () => T): T {
    this.#open.add(node);
    const value = read();
    this.#open.delete(node);
    return value;
  }

  #mapping(node: Node & { kind: 'mapping' }): Map<Read, Read> {
    const map = new Map<Read, Read>();
    for (const [key, value] of node.pairs) {
      if (key.kind === 'scalar' && key.value === '<<' && (key.plain ? key.tag === '' : false)) this.#merge(map, value);
      else {
        const name = this.read(key);
        if (typeof name === 'object' && name !== null) throw YamlFault.of(`invalid map key: ${goSyntax(name)}`);
        if (map.has(name)) this.repeated.push(`line ${value.start.line + 1}: key ${goSyntax(name)} already set in map`);
        map.set(name, this.read(value));
      }
    }
    return map;
  }

  /** `<<`: the pairs of another mapping, or of several, of which the first counts most. */
  #merge(map: Map<Read, Read>, node: Node): void {
    const wrong = (): never => {
      throw YamlFault.of('map merge requires map or sequence of maps as the value');
    };
    const target = node.kind === 'alias' ? node.node : node;
    const sources = target.kind === 'sequence' && node.kind !== 'alias' ? target.items.toReversed() : [node];
    for (const source of sources) {
      if ((source.kind === 'alias' ? source.node : source).kind !== 'mapping') wrong();
      const merged = this.read(source);
      if (merged instanceof Map) for (const [key, value] of merged) map.set(key, value);
    }
  }
}

/** How much of a document aliases may be: little of a big one, so that a short text does not become a huge value. */
function allowedRatio(decoded: number): number {
  const [low, high] = [400_000, 4_000_000];
  return decoded <= low ? 0.99 : decoded >= high ? 0.1 : 0.99 - (0.89 * (decoded - low)) / (high - low);
}

function readScalar({ tag, value, plain }: Node & { kind: 'scalar' }): Read {
  if (tag === '' && !plain) return value;
  const short = tag.startsWith(PREFIX) ? tag.slice(PREFIX.length) : tag;
  if (short === 'binary') {
    if (!BASE64.test(value.replace(/[\r\n]/g, ''))) throw YamlFault.of('!!binary value contains invalid base64 data');
    return decodeText(value);
  }
  if (short === 'str' || (tag !== '' && (!tag.startsWith(PREFIX) || !RESOLVED.includes(short)))) return value;
  const found = resolvePlain(value);
  const kind = kindOf(found, value);
  if (short !== '' && short !== kind && !(short === 'float' && kind === 'int') && !(short === 'timestamp' && kind === 'str'))
    throw YamlFault.of(`cannot decode !!${kind} \`${value}\` as a !!${short}`);
  return found;
}

function kindOf(value: string | number | boolean | null, text: string): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) && (/^[-+]?0[xbo]/.test(text) || !/[.eE]/.test(text)) ? 'int' : 'float';
  return typeof value === 'boolean' ? 'bool' : 'str';
}

function toJson(value: Read): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlFault(`json: unsupported value: ${goFloat(value)}`);
  if (!(value instanceof Map)) return value;
  const object: JsonObject = {};
  for (const [key, item] of value) {
    const name = keyText(key, item);
    if (name === '__proto__')
      Object.defineProperty(object, name, { value: toJson(item), enumerable: true, configurable: true, writable: true });
    else object[name] = toJson(item);
  }
  return object;
}

function keyText(key: Read, item: Read): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return String(key);
  if (typeof key === 'number') return Number.isFinite(key) ? String(key) : `${key < 0 ? '-' : ''}.${Number.isNaN(key) ? 'nan' : 'inf'}`;
  throw new YamlFault(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(item)}`);
}

function goFloat(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** As Go prints a value with `%#v`. */
function goSyntax(value: Read): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(inInterface).join(', ')}}`;
  if (!(value instanceof Map))
    return value === null ? '<nil>' : typeof value === 'number' && !Number.isFinite(value) ? goFloat(value) : String(value);
  const pairs = [...value].map(([key, item]) => `${inInterface(key)}:${inInterface(item)}`);
  return `map[interface {}]interface {}{${pairs.sort().join(', ')}}`;
}

function inInterface(value: Read): string {
  return value === null ? 'interface {}(nil)' : goSyntax(value);
}
