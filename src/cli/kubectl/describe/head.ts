import { LAST_APPLIED } from '../last-applied-annotation.ts';
import type { Info } from '../info.ts';
import { byCodePoint, list, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addMap, Lines } from './lines.ts';

/** Name, namespace, labels and annotations: how most descriptions begin. */
export function headOf(info: Info): Lines {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  if (info.mapping.namespaced) lines.add(0, `Namespace:\t${info.namespace ?? ''}`);
  addOwnMaps(lines, info.object);
  return lines;
}

export function addOwnMaps(lines: Lines, value: JsonObject): void {
  addLabels(lines, value);
  addAnnotations(lines, value);
}

export function addLabels(lines: Lines, value: JsonObject): void {
  addMap(lines, 'Labels:', object(value, 'metadata', 'labels'), '=');
}

export function addAnnotations(lines: Lines, value: JsonObject): void {
  addMap(lines, 'Annotations:', object(value, 'metadata', 'annotations'), ': ', [LAST_APPLIED]);
}

/** `labels.FormatLabels`: a map on one line. */
export function mapText(map: JsonObject): string {
  return (
    sortedKeys(map)
      .map((key) => `${key}=${text(map[key])}`)
      .join(',') || '<none>'
  );
}

/** `metav1.FormatLabelSelector`: by key, as Go's selectors sort their requirements. */
export function selectorText(selector: JsonObject): string {
  const labels = Object.entries(object(selector, 'matchLabels')).map(([key, value]) => ({ key, says: `${key}=${text(value)}` }));
  const rules = list(selector, 'matchExpressions').map((rule) => {
    const key = text(rule, 'key');
    const values = `(${list(rule, 'values')
      .map((each) => text(each))
      .sort(byCodePoint)
      .join(',')})`;
    const says =
      { In: `${key} in ${values}`, NotIn: `${key} notin ${values}`, Exists: key, DoesNotExist: `!${key}` }[text(rule, 'operator')] ?? key;
    return { key, says };
  });
  const all = [...labels, ...rules].sort((a, b) => byCodePoint(a.key, b.key));
  return all.map(({ says }) => says).join(',') || '<none>';
}

/** `Deployment/web`: the owner that controls an object. */
export function addController(lines: Lines, value: JsonObject): void {
  const owner = list(value, 'metadata', 'ownerReferences').find((each) => object(each)['controller'] === true);
  if (owner !== undefined) lines.add(0, `Controlled By:\t${text(owner, 'kind')}/${text(owner, 'name')}`);
}

/** What Go prints of a list of words. */
export function wordsText(words: readonly Json[]): string {
  return `[${words.map((word) => text(word)).join(' ')}]`;
}

export function wordOr(value: Json | undefined, otherwise: string): string {
  return value === undefined || value === null ? otherwise : text(value);
}

/** `True`, `False` or `<unset>`. */
export function flagText(value: Json | undefined): string {
  return value === undefined || value === null ? '<unset>' : value === true ? 'True' : 'False';
}
