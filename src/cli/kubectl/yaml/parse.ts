import { parseJsonPrefix, SyntaxFault } from '../../../engine/api/json.ts';
import { parseYaml } from '../../../engine/api/yaml/go-yaml.ts';
import { YamlFault } from '../../../engine/api/yaml/tokens.ts';
import { CommandError } from '../errors.ts';
import type { Json } from '../values.ts';

/** One YAML or JSON document as JSON; `source` is named in complaints. Nothing but comments is `null`. */
export function parseDocument(text: string, source: string): Json {
  try {
    return parseYaml(text).value;
  } catch (error) {
    if (error instanceof YamlFault) throw parsing(source, `error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

/**
 * The documents of a file, one after the other: JSON values as long as it looks like JSON, then YAML documents between lines of `---`.
 * What cannot be read either way ends it, with the complaint of the reader that was tried first (apimachinery's YAMLOrJSONDecoder).
 */
export function* readDocuments(text: string, source: string): Generator<Json, void> {
  let at = 0;
  let fault: CommandError | undefined;
  for (let count = 0; fault === undefined && (count > 0 || /^\s*\{/.test(text)); count++) {
    at = skipSpace(text, at);
    if (at === text.length) return;
    try {
      const { value, end } = parseJsonPrefix(text, at);
      at = end;
      yield value;
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      const { message, offset } = error;
      const bytes = new TextEncoder().encode(text.slice(0, offset)).length;
      fault = parsing(source, message.startsWith('unexpected end') ? 'unexpected EOF' : `json: offset ${bytes}: ${message}`);
      // With more than one of them the rest is meant to be JSON as well.
      if (count > 1) throw parsing(source, message);
    }
  }
  for (const document of splitDocuments(text.slice(at), source)) {
    let value: Json;
    try {
      value = parseDocument(document, source);
    } catch (error) {
      throw fault ?? error;
    }
    fault = undefined;
    yield value;
  }
}

/** YAML documents as text, between lines of `---`. One that stands before the first of them belongs to it, so that lines count from there. */
function* splitDocuments(text: string, source: string): Generator<string, void> {
  let document = '';
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const behind = line.startsWith('---') ? line.slice(3).trim() : undefined;
    if (behind !== undefined && behind !== '' && !behind.startsWith('#'))
      throw parsing(source, `invalid Yaml document separator: ${behind}`);
    if (behind === undefined || document === '') document += `${line}\n`;
    else {
      yield document;
      document = '';
    }
  }
  if (document !== '') yield document;
}

function skipSpace(text: string, from: number): number {
  const next = text.slice(from).search(/\S/);
  return next < 0 ? text.length : from + next;
}

function parsing(source: string, why: string): CommandError {
  return new CommandError(`error parsing ${source}: ${why}`);
}
