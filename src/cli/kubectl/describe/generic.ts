import type { Task } from '../../../engine/os/task.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { byCodePoint, isObject, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addOwnMaps } from './head.ts';
import { Lines } from './lines.ts';

/** Shown by the head, or not at all. */
const HIDDEN = new Set(['managedFields', 'name', 'namespace', 'labels', 'annotations']);

/** Any other kind: its fields in order, titles made of their names. */
// eslint-disable-next-line require-yield
export function* describeGeneric(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  lines.add(0, `Namespace:\t${info.namespace ?? ''}`);
  addOwnMaps(lines, info.object);
  const metadata = Object.entries(object(info.object, 'metadata')).filter(([key]) => !HIDDEN.has(key));
  addFields(lines, { ...info.object, metadata: Object.fromEntries(metadata) }, 0);
  return lines;
}

function addFields(lines: Lines, fields: JsonObject, level: number): void {
  for (const key of Object.keys(fields).sort(byCodePoint)) addValue(lines, title(key), fields[key] as Json, level);
}

function addValue(lines: Lines, name: string, value: Json, level: number): void {
  if (isObject(value)) {
    lines.add(level, `${name}:`);
    addFields(lines, value, level + 1);
  } else if (Array.isArray(value)) {
    lines.add(level, `${name}:`);
    for (const item of value) {
      if (isObject(item)) addFields(lines, item, level + 1);
      else lines.add(level + 1, goText(item));
    }
  } else lines.add(level, `${name}:\t${goText(value)}`);
}

/** Go's `%v` of what came out of JSON. */
function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    return `map[${Object.keys(value)
      .sort(byCodePoint)
      .map((key) => `${key}:${goText(value[key] as Json)}`)
      .join(' ')}]`;
  }
  return text(value);
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'GUID']);

/** `creationTimestamp` → `Creation Timestamp`, `podCIDR` → `Pod CIDR`, `podCIDRs` → `Pod CIDRs`. */
function title(key: string): string {
  if (!/^[\p{L}-]*$/u.test(key)) return key;
  // A run of lower case, a run of upper case (its last letter begins the word that follows), or a run of other signs.
  const parts = key.match(/\p{Lu}(?=\p{Ll})\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Ll}+|[^\p{Lu}\p{Ll}]+/gu) ?? [];
  const words: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    const next = parts[i + 1];
    // Upper case stays with the capital that follows: `CIDR` and `Rs`.
    if (part.length >= 2 && part === part.toUpperCase() && /\p{L}/u.test(part) && next !== undefined && /^\p{Lu}/u.test(next)) {
      words.push(part + next);
      i++;
    } else words.push(part);
  }
  return words
    .map((word) => {
      if (ACRONYMS.has(word.toUpperCase())) return word.toUpperCase();
      return word === word.toLowerCase() ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    })
    .join(' ');
}
