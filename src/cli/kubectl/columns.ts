import { CommandError } from './errors.ts';
import { goValue } from './gotext.ts';
import { JsonPathError, parseJsonPath, relaxed } from './jsonpath.ts';
import { tableText } from './tabwriter.ts';
import { TemplateFailure } from './template.ts';
import type { Json } from './values.ts';

/** `-o custom-columns`: headers and the paths below them. */
export interface CustomColumns {
  readonly headers: readonly string[];
  readonly paths: readonly string[];
}

export function parseColumns(spec: string): CustomColumns {
  const columns = spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return [part.slice(0, colon), relaxed(part.slice(colon + 1))] as const;
  });
  return { headers: columns.map(([header]) => header), paths: columns.map(([, path]) => path) };
}

export function parseColumnsFile(source: string): CustomColumns {
  const lines = source.replace(/\n$/, '').split('\n');
  const missing = source === '' ? 'header' : lines.length < 2 ? 'spec' : undefined;
  if (missing !== undefined)
    throw new CommandError(
      `invalid template, missing ${missing} line. Expected format is one line of space separated headers, one line of space separated column specs.`,
    );
  const [headers = [], paths = []] = lines.map((line) => line.split(/\s+/).filter(Boolean));
  if (headers.length !== paths.length)
    throw new CommandError(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  return { headers, paths: paths.map(relaxed) };
}

/** Whatever stops it, what came before is printed: the headers at least. */
export function printColumns({ headers, paths }: CustomColumns, objects: readonly Json[], noHeaders: boolean): string {
  const rows = noHeaders ? [] : [[...headers]];
  try {
    const parsed = paths.map((path) => parseJsonPath(path));
    for (const each of objects)
      rows.push(
        parsed.map((path) => {
          const found = path.find(each, true).flat();
          return found.length === 0 ? '<none>' : found.map(goValue).join(',');
        }),
      );
  } catch (error) {
    if (error instanceof JsonPathError) throw new TemplateFailure(tableText(rows), error.message);
    throw error;
  }
  return tableText(rows);
}
