// Writes tools/go-shapes.json: what the published models do not say of Kubernetes' types, read from the Go sources. The file is
// kept with the project, since Go is not among its tools. To make it anew for another version:
//   go mod download k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3 k8s.io/apiextensions-apiserver@v0.36.3 k8s.io/kube-aggregator@v0.36.3
//   node tools/go-shapes.ts "$(go env GOMODCACHE)/k8s.io" v0.36.3 && npm run generate
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEMA } from '../src/engine/api/known-types.ts';
import { definitionName } from '../src/engine/apiserver/openapi/names.ts';

interface Field {
  readonly name: string;
  /** Its name in Go. */
  readonly own: string;
  /** As Go writes it: `*metav1.Time`. */
  readonly type: string;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
}

interface Package {
  readonly structs: Map<string, (Field | { readonly embedded: string })[]>;
  /** Names for texts. */
  readonly texts: Set<string>;
  /** `metav1` → `io.k8s.apimachinery.pkg.apis.meta.v1` */
  readonly imports: Map<string, string>;
}

/** Written to `generated/schema-lines.json` with the type; `fields` is the order of the struct. */
export interface Shape {
  fields: string[];
  pointers?: string[];
  always?: string[];
  structs?: string[];
  named?: Record<string, string>;
  names?: Record<string, string>;
}

/** Structs that JSON does not show as such. */
const SPECIAL = /(^|[.*])(Time|MicroTime|IntOrString|RawExtension|Quantity)$/;

const [modules, version] = process.argv.slice(2);
if (modules === undefined || version === undefined) throw new Error('usage: node tools/go-shapes.ts <folder of modules> <version>');
const root = join(import.meta.dirname, '..');
const packages = new Map<string, Package>();
const shapes = Object.keys(SCHEMA)
  .sort()
  .map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(shapeOf(definitionName(name)))}`);
writeFileSync(join(root, 'tools/go-shapes.json'), `{\n${shapes.join(',\n')}\n}\n`);

function shapeOf(definition: string): Shape {
  const [home, type] = split(definition);
  const fields = fieldsOf(home, type);
  // A root object has metadata in any case.
  const isRoot = fields.some(({ name }) => name === 'apiVersion');
  const pointers: string[] = [];
  const always: string[] = [];
  const structs: string[] = [];
  const named: Record<string, string> = {};
  const names: Record<string, string> = {};
  for (const { name, own, type: full, omitEmpty, omitZero } of fields) {
    if (own !== '' && own !== name.charAt(0).toUpperCase() + name.slice(1)) names[name] = own;
    const text = textName(home, full.replace(/^[*[\]]+/, ''));
    if (text !== undefined) named[name] = text;
    if (full.startsWith('*')) {
      if (!isStruct(home, full.slice(1)) && !SPECIAL.test(full)) pointers.push(name);
    } else if (isStruct(home, full)) {
      if (!omitZero && !(isRoot && name === 'metadata')) structs.push(name);
    } else if (/^(\w+\.)?(Micro)?Time$/.test(full)) {
      if (!omitZero) always.push(name);
    } else if (!omitEmpty && !/(Quantity|IntOrString|RawExtension)$/.test(full)) always.push(name);
  }
  return {
    fields: fields.map(({ name }) => name),
    ...(pointers.length === 0 ? {} : { pointers }),
    ...(always.length === 0 ? {} : { always }),
    ...(structs.length === 0 ? {} : { structs }),
    ...(Object.keys(named).length === 0 ? {} : { named }),
    ...(Object.keys(names).length === 0 ? {} : { names }),
  };
}

function isStruct(home: string, type: string): boolean {
  if (/^(\[|map)/.test(type) || SPECIAL.test(type)) return false;
  const [pack, name] = resolve(home, type);
  return pack !== undefined && packageAt(pack)?.structs.has(name) === true;
}

/** `v1.PodPhase`, as errors of decoding name the type of a text. */
function textName(home: string, type: string): string | undefined {
  if (type === 'types.UID') return type;
  const [pack, name] = resolve(home, type);
  if (pack === undefined || packageAt(pack)?.texts.has(name) !== true) return undefined;
  return `${split(`${pack}.${name}`)[0].split('.').at(-1)}.${name}`;
}

function fieldsOf(home: string, type: string): Field[] {
  const fields = packageAt(home)?.structs.get(type);
  if (fields === undefined) throw new Error(`no struct ${type} in ${home}`);
  return fields.flatMap((field) => {
    if (!('embedded' in field)) return [field];
    const [pack, name] = resolve(home, field.embedded.replace('*', ''));
    return pack === undefined ? [] : fieldsOf(pack, name);
  });
}

function resolve(home: string, type: string): [string | undefined, string] {
  const [first = '', second] = type.split('.');
  return second === undefined ? [home, first] : [packageAt(home)?.imports.get(first), second];
}

function split(definition: string): [string, string] {
  const dot = definition.lastIndexOf('.');
  return [definition.slice(0, dot), definition.slice(dot + 1)];
}

/** The package of a definition's name: `io.k8s.api.core.v1` is `k8s.io/api/core/v1`. */
function packageAt(name: string): Package | undefined {
  const known = packages.get(name);
  if (known !== undefined) return known;
  const [module = '', ...path] = name.replace('io.k8s.', '').split('.');
  const folder = join(modules as string, `${module}@${version}`, ...path);
  if (!existsSync(folder)) return undefined;
  const read: Package = { structs: new Map(), texts: new Set(), imports: new Map() };
  packages.set(name, read);
  for (const file of readdirSync(folder))
    if (/^(types|time|micro_time)\w*\.go$/.test(file) && !file.includes('generated') && !file.includes('_test'))
      readGo(join(folder, file), read);
  return read;
}

function readGo(file: string, into: Package): void {
  let fields: (Field | { embedded: string })[] | undefined;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const imported = /^\s+(\w+) "k8s\.io\/([\w./-]+)"$/.exec(line);
    if (imported !== null) into.imports.set(imported[1] as string, `io.k8s.${(imported[2] as string).replaceAll('/', '.')}`);
    const declared = /^type (\w+) (struct ?\{(\})?|string$)/.exec(line);
    if (declared !== null) {
      const [, name = '', what, closed] = declared;
      if (what === 'string') into.texts.add(name);
      else into.structs.set(name, (fields = []));
      if (closed !== undefined) fields = undefined;
      continue;
    }
    if (line === '}') fields = undefined;
    const field = /^\t(?:(\w+)\s+)?([^\s`]+)\s*`.*json:"([^",]*)((?:,\w+)*)"/.exec(line);
    if (fields === undefined || field === null) continue;
    const [, own = '', type = '', name = '', options = ''] = field;
    if (options.includes(',inline') || (own === '' && name === '')) fields.push({ embedded: type });
    else if (name !== '-')
      fields.push({ name, own, type, omitEmpty: options.includes(',omitempty'), omitZero: options.includes(',omitzero') });
  }
}
