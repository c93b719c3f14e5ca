import {
  CORE_SCHEMA,
  boolYaml11Tag,
  defineScalarTag,
  floatYaml11Tag,
  intYaml11Tag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from 'js-yaml';
import type { Json } from '../../api/meta.ts';
import { SyntaxFault } from './json.ts';

// kubectl and the server read YAML 1.1 as go-yaml v2 does: `yes`, `on`, `y` are booleans, `010` is eight; times stay texts.
const YES = new Set(['y', 'Y', 'n', 'N']);
const boolGoTag = defineScalarTag('tag:yaml.org,2002:bool', {
  implicit: true,
  resolve: (source, isExplicit, tagName) =>
    YES.has(source) ? source === 'y' || source === 'Y' : boolYaml11Tag.resolve(source, isExplicit, tagName),
  identify: (data) => typeof data === 'boolean',
});
const intGoTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  // Sexagesimals (`1:30`) are texts to go-yaml.
  resolve: (source, isExplicit, tagName) => (source.includes(':') ? NOT_RESOLVED : intYaml11Tag.resolve(source, isExplicit, tagName)),
  identify: (data) => Number.isInteger(data),
});
const floatGoTag = defineScalarTag('tag:yaml.org,2002:float', {
  implicit: true,
  resolve: (source, isExplicit, tagName) => (source.includes(':') ? NOT_RESOLVED : floatYaml11Tag.resolve(source, isExplicit, tagName)),
  identify: (data) => typeof data === 'number',
});
const SCHEMA = CORE_SCHEMA.withTags(boolGoTag, intGoTag, floatGoTag, mergeTag);

export interface ParsedYaml {
  readonly value: Json;
  /** go-yaml's complaint about keys named twice, or undefined. The value holds the last of each. */
  readonly repeated: string | undefined;
}

/** Parses the first document of a YAML text. Throws `SyntaxFault` with go-yaml's words (`yaml: line 3: …`). */
export function parseYaml(text: string): ParsedYaml {
  try {
    return { value: first(text, false), repeated: undefined };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw new SyntaxFault(`yaml: ${String(error instanceof Error ? error.message : error)}`);
    if (error.reason !== 'duplicated mapping key') throw new SyntaxFault(inGoWords(error, text));
    const line = error.mark?.line ?? 0;
    const key = /^\s*(?:-\s+)*(?:[{,]\s*)?"?([^":\s]+)"?\s*:/.exec(error.mark?.buffer.slice(error.mark.position) ?? '')?.[1] ?? '';
    try {
      return {
        value: first(text, true),
        repeated: `yaml: unmarshal errors:\n  line ${line + 1}: key ${JSON.stringify(key)} already set in map`,
      };
    } catch (second) {
      throw new SyntaxFault(second instanceof YAMLException ? inGoWords(second, text) : `yaml: ${String(second)}`);
    }
  }
}

function first(text: string, lenient: boolean): Json {
  return (loadAll(text, { schema: SCHEMA, json: lenient })[0] ?? null) as Json;
}

// go-yaml counts the lines of scanner errors from one and those of parser errors from nought, and names no line nought.
function inGoWords(error: YAMLException, text: string): string {
  const line = error.mark?.line ?? 0;
  const scanner = (what: string): string => (line === 0 ? `yaml: ${what}` : `yaml: line ${line + 1}: ${what}`);
  // The end of the text counts as a line of its own.
  const place = error.mark !== undefined && error.mark.position >= text.length && !text.endsWith('\n') ? line + 1 : line;
  const parser = (what: string): string => (place === 0 ? `yaml: ${what}` : `yaml: line ${place}: ${what}`);
  const { reason } = error;
  if (reason.includes('tab character')) return scanner('found a tab character that violates indentation');
  if (reason.includes('bad indentation of a mapping entry')) {
    const source = text.split('\n')[line] ?? '';
    return /:\s.*:(\s|$)/.test(source) ? scanner('mapping values are not allowed in this context') : parser('did not find expected key');
  }
  if (reason.includes('within a flow collection')) return parser('did not find expected node content');
  if (reason.includes('quoted scalar')) return scanner('found unexpected end of stream');
  const alias = /unidentified alias "(.*)"/.exec(reason)?.[1];
  if (alias !== undefined) return `yaml: unknown anchor '${alias}' referenced`;
  if (reason.includes('document separator is expected')) return parser('did not find expected <document start>');
  if (reason.includes('bad indentation of a sequence entry')) return parser("did not find expected '-' indicator");
  return scanner(reason);
}
