import { CORE_SCHEMA, defineScalarTag, load, mergeTag, YAMLException } from 'js-yaml';
import { CommandError } from '../errors.ts';
import type { Json } from '../values.ts';
import { resolvePlain } from './scalars.ts';

// YAML 1.1 as sigs.k8s.io/yaml reads it: `yes` is true, `0o7` and `07` are numbers, dates stay text, a later duplicate key wins.
const plainTag = defineScalarTag<unknown>('tag:yaml.org,2002:k8s', {
  implicit: true,
  resolve: (source) => resolvePlain(source),
  identify: () => false,
});
const SCHEMA = CORE_SCHEMA.withTags(mergeTag, plainTag);

/** One YAML or JSON document as JSON; `source` is named in complaints. Nothing but comments is `null`. */
export function parseDocument(source: string, name: string): Json {
  if (/^(\s*(#.*)?(\n|$))*$/.test(source)) return null;
  try {
    return toJson(load(source, { schema: SCHEMA, json: true } as Parameters<typeof load>[1]));
  } catch (error) {
    if (error instanceof YAMLException)
      throw new CommandError(`error parsing ${name}: error converting YAML to JSON: yaml: ${goYamlError(error, source)}`);
    throw error;
  }
}

/** Documents between lines of `---`, blank ones left out. */
export function splitDocuments(source: string): string[] {
  return source
    .replace(/\r\n/g, '\n')
    .split(/^---(?:[ \t].*)?\n|^---$/m)
    .filter((document) => document.trim() !== '');
}

function toJson(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]));
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  throw new CommandError(`cannot read a YAML value of type ${typeof value}`);
}

/**
 * go-yaml's sentence for what js-yaml complains about. Its scanner counts lines from one, its parser from zero, and
 * neither names the first.
 */
function goYamlError(error: YAMLException, source: string): string {
  const lines = source.split('\n');
  const at = Math.min((error.mark as { line: number } | undefined)?.line ?? 0, lines.length - 1);
  const reason = error.reason ?? '';
  const line = lines[at] ?? '';
  const scanner = (where: number, text: string): string => (where > 0 ? `line ${where + 1}: ${text}` : text);
  const parser = (where: number, text: string): string => (where > 0 ? `line ${where}: ${text}` : text);
  const tab = lines.findIndex((each) => /^ *\t+\S/.test(each));
  if (tab >= 0 && tab <= at + 1) return scanner(tab, 'found character that cannot start any token');
  const stray = /[\s[{,:]("|')(?:(?!\1)[^])*$/.test(source.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, ''));
  if (/quoted/.test(reason) || (stray && /deficient indentation|unexpected end/.test(reason)))
    return scanner(lines.length - 1, 'found unexpected end of stream');
  const open = unclosed(lines.slice(0, at + 1).join('\n'));
  if (/deficient indentation|flow|missed comma|unexpected end/.test(reason) && open !== '') {
    if (/[[{,]\s*$/.test(source)) return parser(at, 'did not find expected node content');
    return parser(at, `did not find expected ',' or '${open === '[' ? ']' : '}'}'`);
  }
  if (/unidentified alias/.test(reason)) return `unknown anchor '${/"([^"]*)"/.exec(reason)?.[1] ?? ''}' referenced`;
  if (/multiline key|implicit/.test(reason)) return scanner(at, "could not find expected ':'");
  if (/[:-]\s+[@`%]/.test(line) || /^\s*[@`]/.test(line)) return scanner(at, 'found character that cannot start any token');
  if (/document separator/.test(reason)) {
    return /^\s*-\s/.test(source)
      ? parser(at, "did not find expected '-' indicator")
      : scanner(at, 'mapping values are not allowed in this context');
  }
  if (/mapping entry/.test(reason)) {
    if (/^\s*(- )?[^\s:'"]+:\s.*:(\s|$)/.test(line)) return scanner(at, 'mapping values are not allowed in this context');
    const before = lines.slice(0, at).findLast((each) => each.trim() !== '') ?? '';
    if (/^\s*-/.test(before) && /^\s*/.exec(before)?.[0] === /^\s*/.exec(line)?.[0])
      return parser(at, "did not find expected '-' indicator");
  }
  return parser(at, 'did not find expected key');
}

/** The innermost bracket that is still open, `''` when none is. */
function unclosed(text: string): string {
  const open: string[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[[\]{}]/g)) {
    if (token === '[' || token === '{') open.push(token);
    else if (token === ']' || token === '}') open.pop();
  }
  return open.at(-1) ?? '';
}
