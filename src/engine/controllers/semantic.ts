/**
 * Canonical text of a JSON value: keys in order, and whatever is empty left out, so that values which mean the same
 * (`equality.Semantic.DeepEqual`: nil and empty are one) have the same text. Numbers and texts are kept as they are.
 */
export function canonical(value: unknown): string {
  return write(value) ?? '';
}

export function sameMeaning(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b);
}

function write(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const text = write((value as Record<string, unknown>)[key]);
    if (text !== undefined) fields.push(`${JSON.stringify(key)}:${text}`);
  }
  // An empty struct behind a pointer (`emptyDir: {}`) says something; an absent one does not.
  return `{${fields.join(',')}}`;
}
