import { dump } from 'js-yaml';

/** A value as the server writes `application/yaml`: keys sorted, lists not indented, doubtful texts in double quotes. */
export function yamlText(value: unknown): string {
  return dump(value, {
    sortKeys: (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0),
    seqNoIndent: true,
    lineWidth: -1,
    noRefs: true,
    quoteStyle: 'double',
  });
}
