import type { Task } from '../../engine/os/task.ts';
import { findMapping, groupResource, groupVersionOf, mappingOrBareError } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError } from './errors.ts';
import type { Session } from './session.ts';
import { at, list, object, sortedKeys, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

export const EXPLAIN_FLAGS = 'recursive:bool api-version:string o/output:string=plaintext';

export function* explain(session: Session): Task<number> {
  const { flags } = session;
  if (flags.args.length === 0)
    throw new CommandError(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  if (flags.args.length > 1) throw new CommandError('We accept only this format: explain RESOURCE');
  if (!['plaintext', 'plaintext-openapiv2'].includes(flags.string('output')))
    throw new CommandError(`unrecognized format: ${flags.string('output')}`);
  const given = (flags.args[0] as string).replace(/\.$/, '');
  if (given.startsWith('.') || given.includes('[')) throw new CommandError('invalid jsonpath syntax, first node must be field node');
  let [mapping, path] = yield* resourceAndPath(session, given);
  const wanted = flags.string('api-version');
  if (wanted !== '') {
    const found = (yield* session.discovery()).resources.find(
      (each) => each.resource === mapping.resource && groupVersionOf(each.group, each.version) === wanted,
    );
    if (found === undefined)
      throw new CommandError(`couldn't find resource for "${wanted.includes('/') ? '' : '/'}${wanted}, Resource=${mapping.resource}"`);
    mapping = found;
  }
  const [schemas, schema] = yield* schemaOf(session, mapping);
  const explainer = new Explainer(schemas);
  yield* session.out(
    `${mapping.group === '' ? '' : `GROUP:      ${mapping.group}\n`}KIND:       ${mapping.kind}\nVERSION:    ${mapping.version}\n\n`,
  );
  let here = object(schema);
  let field: JsonObject | undefined;
  for (const step of path) {
    const inner = explainer.fields(here);
    field = inner[step] === undefined ? undefined : object(inner[step]);
    if (field === undefined) throw new CommandError(`field "${path.at(-1) as string}" does not exist`);
    here = explainer.inner(field);
  }
  let out = field === undefined ? '' : `FIELD: ${path.at(-1) as string} <${explainer.type(field)}>\n${explainer.enumLine(field, '')}\n\n`;
  out += `DESCRIPTION:\n${explainer.descriptions(field, here)}\n`;
  const fields = explainer.fields(here);
  if (Object.keys(fields).length > 0)
    out += `FIELDS:\n${flags.bool('recursive') ? explainer.tree(here, 1, new Set()) : explainer.list(here)}`;
  yield* session.out(`${out}\n`);
  return 0;
}

/** `deployments.apps.spec` may name its group before its fields. */
function* resourceAndPath(session: Session, given: string): Task<[mapping: Mapping, path: string[]]> {
  const [type = '', ...path] = given.split('.');
  const mapping = yield* mappingOrBareError(session, type);
  const named = (yield* session.discovery()).resources.find(
    (each) => each.preferred && each.resource === type && (given === groupResource(each) || given.startsWith(`${groupResource(each)}.`)),
  );
  return named === undefined
    ? [mapping, path]
    : [
        named,
        given
          .slice(groupResource(named).length + 1)
          .split('.')
          .filter(Boolean),
      ];
}

/** The schemas of a kind's group version, and its own among them. */
function* schemaOf(session: Session, mapping: Mapping): Task<[schemas: JsonObject, own: Json]> {
  const root = mapping.group === '' ? `api/${mapping.version}` : `apis/${mapping.group}/${mapping.version}`;
  const document = yield* session.json('GET', `/openapi/v3/${root}`, { discovery: true });
  const schemas = object(document, 'components', 'schemas');
  const schema = Object.values(schemas).find((each) =>
    list(each, 'x-kubernetes-group-version-kind').some(
      (gvk) => text(gvk, 'kind') === mapping.kind && text(gvk, 'group') === mapping.group && text(gvk, 'version') === mapping.version,
    ),
  );
  if (schema === undefined)
    throw new CommandError(`couldn't find resource for "${groupVersionOf(mapping.group, mapping.version)}, Kind=${mapping.kind}"`);
  return [schemas, schema];
}

/** Names of the fields of a type, or of a field of it: what completion offers behind a point. */
export function* fieldsOf(session: Session, [type = '', ...path]: readonly string[]): Task<string[]> {
  const mapping = findMapping(yield* session.discovery(), type);
  if (mapping === undefined) return [];
  const [schemas, schema] = yield* schemaOf(session, mapping);
  const explainer = new Explainer(schemas);
  let here = object(schema);
  for (const step of path) here = explainer.inner(object(explainer.fields(here)[step]));
  return sortedKeys(explainer.fields(here));
}

/** Reads the schemas of one group version. */
class Explainer {
  constructor(readonly schemas: JsonObject) {}

  /** What a `$ref` stands for, itself or in a lone `allOf`. */
  resolve(schema: JsonObject): JsonObject {
    const name = this.#reference(schema);
    return name === '' ? schema : object(this.schemas, name);
  }

  #reference(schema: JsonObject): string {
    return (text(schema, '$ref') || text(schema, 'allOf', 0, '$ref')).replace(/^.*\//, '');
  }

  /** The schema whose fields count: items of lists, values of maps. */
  inner(schema: JsonObject): JsonObject {
    const resolved = this.resolve(schema);
    if (text(resolved, 'type') === 'array') return this.inner(object(resolved, 'items'));
    const values = at(resolved, 'additionalProperties');
    return values !== undefined && typeof values === 'object' ? this.inner(object(values)) : resolved;
  }

  fields(schema: JsonObject): JsonObject {
    return object(this.inner(schema), 'properties');
  }

  type(schema: JsonObject): string {
    const name = this.#reference(schema);
    const resolved = this.resolve(schema);
    if (name !== '') {
      const short = name.replace(/^.*\./, '');
      const plain =
        Object.keys(object(resolved, 'properties')).length === 0 && text(resolved, 'type') !== '' && text(resolved, 'type') !== 'object';
      return plain && !['IntOrString', 'Quantity'].includes(short) ? text(resolved, 'type') : short;
    }
    if (text(resolved, 'type') === 'array') return `[]${this.type(object(resolved, 'items'))}`;
    const values = at(resolved, 'additionalProperties');
    if (values !== undefined && typeof values === 'object') return `map[string]${this.type(object(values))}`;
    return text(resolved, 'type').replace(/^(object)?$/, 'Object');
  }

  enumLine(schema: JsonObject, margin: string): string {
    const values = list(schema, 'enum').length > 0 ? list(schema, 'enum') : list(this.resolve(schema), 'enum');
    return values.length === 0
      ? ''
      : `${margin}enum: ${values
          .slice(0, 4)
          .map((value) => text(value))
          .join(', ')}${values.length > 4 ? ', ....' : ''}\n`;
  }

  /** The field's own words, then its type's. */
  descriptions(field: JsonObject | undefined, type: JsonObject): string {
    const own = field === undefined ? '' : text(field, 'description');
    const shared = text(type, 'description');
    const all = [own, shared].filter((each, i, both) => each !== '' && both.indexOf(each) === i);
    return all.length === 0 ? '    <empty>' : `${all.map((each) => wrap(each, '    ')).join('')}    `;
  }

  list(schema: JsonObject): string {
    const fields = this.fields(schema);
    return sortedKeys(fields)
      .map((name) => {
        const field = object(fields[name]);
        const about = text(field, 'description') || '<no description>';
        return `${this.#head(schema, name, field, '  ')}${wrap(about, '    ')}\n`;
      })
      .join('');
  }

  tree(schema: JsonObject, level: number, seen: ReadonlySet<JsonObject>): string {
    const inner = this.inner(schema);
    const fields = this.fields(schema);
    return sortedKeys(fields)
      .map((name) => {
        const field = object(fields[name]);
        const head = this.#head(schema, name, field, '  '.repeat(level));
        const next = this.inner(field);
        return seen.has(next) || next === inner ? head : `${head}${this.tree(field, level + 1, new Set([...seen, inner]))}`;
      })
      .join('');
  }

  #head(schema: JsonObject, name: string, field: JsonObject, margin: string): string {
    const required = list(this.inner(schema), 'required').includes(name) ? ' -required-' : '';
    return `${margin}${name}\t<${this.type(field)}>${required}\n${this.enumLine(field, margin)}`;
  }
}

/** Lines at most 80 wide, margin included. Line breaks of the text stay, and so do its spaces, as the wrapping writer of kubectl leaves them. */
function wrap(source: string, margin: string): string {
  const width = 80 - margin.length;
  return source
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .map((line) => `${margin}${line}\n`)
    .join('');
}

function wrapLine(source: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [, space = '', word = ''] of source.matchAll(/(\s*)(\S*)/g)) {
    // A word as wide as the page or wider is not worth a new line until it has to be.
    const fits = [...line, ...space, ...word].length <= width;
    if (word === '') {
      if (fits) line += space;
    } else if (fits || (line === '' && space === '')) line += space + word;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
