import { CommandError } from './errors.ts';
import { goValue } from './gotext.ts';
import { parseJsonPath, relaxed } from './jsonpath.ts';
import type { JsonPath } from './jsonpath.ts';
import { tableText } from './tabwriter.ts';
import type { Json } from './values.ts';

/** `-o custom-columns`: headers and the paths below them. */
export interface CustomColumns {
  readonly headers: readonly string[];
  readonly paths: readonly JsonPath[];
}

export function parseColumns(spec: string): CustomColumns {
  if (spec === '') throw new CommandError('custom-columns format specified but no custom columns given');
  const columns = spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return [part.slice(0, colon), relaxed(part.slice(colon + 1))] as const;
  });
  return { headers: columns.map(([header]) => header), paths: columns.map(([, path]) => parseJsonPath(path)) };
}

export function parseColumnsFile(source: string): CustomColumns {
  const [first = '', second = ''] = source.split('\n');
  const [headers, paths] = [first.split(/\s+/).filter(Boolean), second.split(/\s+/).filter(Boolean)];
  if (headers.length !== paths.length)
    throw new CommandError(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  return { headers, paths: paths.map((path) => parseJsonPath(relaxed(path))) };
}

export function printColumns(columns: CustomColumns, objects: readonly Json[], noHeaders: boolean): string {
  const rows = objects.map((each) =>
    columns.paths.map((path) => {
      const found = path.find(each, true).flat();
      return found.length === 0 ? '<none>' : found.map(goValue).join(',');
    }),
  );
  return tableText(noHeaders ? rows : [[...columns.headers], ...rows]);
}
