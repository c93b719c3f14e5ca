/**
 * A key's value in an env file (KEP-3721): lines `KEY='value'`, in single quotes, across lines where they are not closed; `#` begins a comment.
 * Undefined where the file has no such key.
 */
export function envFileValue(text: string, key: string): string | undefined {
  for (const [, name, quoted, plain] of text.matchAll(/^[ \t]*([^#=\s][^=\s]*)=(?:'([^']*)'|([^'\n]*?))[ \t]*(?:#.*)?$/gm))
    if (name === key) return quoted ?? plain ?? '';
  return undefined;
}
