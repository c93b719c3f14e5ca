/**
 * Canonical text of a JSON value: keys in order, and whatever is empty left out, so that values which mean the same
 * (`equality.Semantic.DeepEqual`: nil and empty are one) have the same text. Numbers and texts are kept as they are.
 */
export function canonical(value: unknown): string {
  return write(value) ?? '';
}

/** Whether two JSON values mean the same; as `canonical(a) === canonical(b)`, but without making texts. */
export function sameMeaning(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameMeaning(item, b[i]));
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!sameMeaning(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && !isEmpty(right[key])) return false;
  return true;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
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
