import type { WatchEvent } from '../../engine/api/meta.ts';
import type { Task } from '../../engine/os/task.ts';
import { groupResource, kindName, pathOf, resourceText } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { BareError, CommandError, Exit, throwAll } from './errors.ts';
import { rowsOf, TABLE_ACCEPT, tableHeader } from './get-table.ts';
import { klogLine } from './http-log.ts';
import { resolvePath } from './kubeconfig.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import type { ManifestSource } from './manifests.ts';
import { plainTable } from './plain-table.ts';
import { printerFor } from './printers.ts';
import type { Printer } from './printers.ts';
import { checkRawGet, rawRequest } from './raw.ts';
import { fetchList, fetchOne, FILE_FLAGS, itemsOf, namespaceFor, parseTargets } from './resources.ts';
import type { SelectOptions, Target } from './resources.ts';
import { sortObjects, sortRows, Unsortable } from './sort.ts';
import type { Session } from './session.ts';
import { nextEvent, watchEvents } from './streams.ts';
import { measure, tableText } from './tabwriter.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const GET_FLAGS = `${FILE_FLAGS} o/output:string template:string show-managed-fields:bool allow-missing-template-keys:bool=true no-headers:bool show-labels:bool
  L/label-columns:list show-kind:bool sort-by:string w/watch:bool watch-only:bool output-watch-events:bool l/selector:string field-selector:string
  A/all-namespaces:bool chunk-size:int=500 ignore-not-found:bool server-print:bool=true subresource:string raw:string`;

const MISSING = `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples
`;

export function* get(session: Session): Task<number> {
  const { flags } = session;
  if (flags.has('raw')) {
    checkRawGet(session);
    return yield* rawRequest(session, 'GET', flags.string('raw'));
  }
  const files = manifestSources(session);
  if (flags.args.length === 0 && files.length === 0) {
    yield* session.err(MISSING);
    return 1;
  }
  if (flags.bool('output-watch-events') && !flags.bool('watch') && !flags.bool('watch-only')) {
    throw new CommandError('--output-watch-events option can only be used with --watch or --watch-only');
  }
  const { subresource } = subresourceOf(session);
  if (files.length > 0 && flags.args.length > 0)
    throw new CommandError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
  if (flags.bool('show-labels') && !['', 'wide'].includes(flags.string('output')))
    throw new CommandError(`--show-labels option cannot be used with ${flags.string('output')} printer`);
  const options: SelectOptions = {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
    everything: true,
  };
  const printer = printerFor(session, true);
  const targets = files.length > 0 ? yield* fileTargets(session, files) : yield* parseTargets(session, flags.args, options);
  if (subresource !== undefined && targets.some(({ name }) => name === undefined))
    throw new CommandError('subresource cannot be used when bulk resources are specified');
  if (flags.bool('watch') || flags.bool('watch-only')) return yield* watch(session, targets, options, printer);
  if (printer !== undefined) return yield* printObjects(session, targets, options, printer);
  return yield* printTables(session, targets, options);
}

function* fileTargets(session: Session, files: readonly ManifestSource[]): Task<Target[]> {
  const targets: Target[] = [];
  try {
    // eslint-disable-next-line require-yield
    yield* visitManifests(session, { files, recursive: session.flags.bool('recursive'), validate: false }, function* (info) {
      const { mapping, name, namespace } = info;
      targets.push({ mapping, name, ...(namespace === undefined ? {} : { namespace }) });
    });
  } catch (error) {
    // What is wrong inside a file is said as it is, and that there is no such file as an error.
    throw error instanceof CommandError && !error.message.startsWith('the path ') ? new BareError(error.message) : error;
  }
  return targets;
}

/** What is to be sorted is asked for at once. */
function chunkOf({ flags }: Session): { chunk: number } {
  return { chunk: flags.string('sort-by') === '' ? flags.int('chunk-size') : 0 };
}

function subresourceOf(session: Session): { subresource?: string } {
  const value = session.flags.string('subresource');
  return value === '' ? {} : { subresource: value };
}

/** Runs `fetch` for each target; refusals are gathered, missing objects forgiven where asked. */
function* gather(session: Session, targets: readonly Target[], errors: unknown[], fetch: (target: Target) => Task<void>): Task<void> {
  for (const target of targets) {
    try {
      yield* fetch(target);
    } catch (error) {
      if (session.flags.bool('ignore-not-found') && (error as { reason?: string }).reason === 'NotFound') continue;
      errors.push(error);
    }
  }
}

function* printObjects(session: Session, targets: readonly Target[], options: SelectOptions, printer: Printer): Task<number> {
  const errors: unknown[] = [];
  let found: { mapping: Mapping; object: JsonObject }[] = [];
  yield* gather(session, targets, errors, function* ({ mapping, name, namespace }) {
    const objects =
      name === undefined
        ? itemsOf(yield* fetchList(session, mapping, { ...options, ...chunkOf(session) }), mapping)
        : [yield* fetchOne(session, mapping, name, { ...subresourceOf(session), ...(namespace === undefined ? {} : { namespace }) })];
    for (const each of objects) found.push({ mapping, object: each });
  });
  const single = isSingle(session, targets);
  if ((single && errors.length > 0) || (found.length === 0 && session.flags.bool('ignore-not-found'))) {
    throwAll(errors);
    return 0;
  }
  const [only] = found;
  const alone = single && found.length === 1 ? only : undefined;
  if (session.flags.string('sort-by') !== '' && alone === undefined) {
    const sorted = yield* orFatal(session, 'sorter.go:329', () =>
      sortObjects(
        found.map((each) => each.object),
        session.flags.string('sort-by'),
      ),
    );
    const owners = new Map(found.map((each) => [each.object, each]));
    found = sorted.flatMap((each) => owners.get(each) ?? []);
  }
  if (session.flags.string('output') === 'name')
    for (const each of found) yield* session.out(`${kindName(each.mapping)}/${text(each.object, 'metadata', 'name')}\n`);
  else yield* session.out(printer.print(alone === undefined ? listOf(found.map((each) => each.object)) : alone.object));
  throwAll(errors);
  return 0;
}

/** One name, or one file: what comes of it is printed without a list around it, if it is one. */
function isSingle(session: Session, targets: readonly Target[]): boolean {
  const files = manifestSources(session);
  if (files.length === 0) return targets.length === 1 && targets[0]?.name !== undefined;
  const [file] = files;
  if (files.length > 1 || typeof file !== 'string' || file === '-' || /^https?:/.test(file)) return false;
  const path = resolvePath(session.process, file);
  return session.process.files.exists(path) && session.process.files.stat(path).type === 'file';
}

/** klog.Exitf for what cannot be sorted. */
function* orFatal<T>(session: Session, place: string, sort: () => T): Task<T> {
  try {
    return sort();
  } catch (error) {
    if (!(error instanceof Unsortable)) throw error;
    yield* session.err(klogLine(session, 'F', place, error.message));
    throw new Exit(1);
  }
}

export function listOf(items: readonly JsonObject[]): JsonObject {
  return { apiVersion: 'v1', items: [...items], kind: 'List', metadata: { resourceVersion: '' } };
}

function* printTables(session: Session, targets: readonly Target[], options: SelectOptions): Task<number> {
  const { flags } = session;
  const errors: unknown[] = [];
  const sortBy = flags.string('sort-by');
  const query: Record<string, string> = sortBy === '' ? {} : { includeObject: 'Object' };
  let tables: { mapping: Mapping; table: JsonObject }[] = [];
  yield* gather(session, targets, errors, function* ({ mapping, name, namespace }) {
    const request = flags.bool('server-print') ? { headers: { accept: TABLE_ACCEPT }, query } : {};
    const answer =
      name === undefined
        ? yield* fetchList(session, mapping, { ...options, ...chunkOf(session), ...request })
        : [
            yield* fetchOne(session, mapping, name, {
              ...request,
              ...subresourceOf(session),
              ...(namespace === undefined ? {} : { namespace }),
            }),
          ];
    const found = flags.bool('server-print') ? answer : answer.map((each) => plainTable(each, session.process.now()));
    const [first] = found;
    if (first !== undefined)
      tables.push({ mapping, table: { ...first, rows: found.flatMap((page) => list(page, 'rows')) as JsonObject[] } });
  });
  if (sortBy !== '' && tables.length > 1) {
    // Upstream sorts what it holds, which is tables, and they have none of the fields that are meant.
    const owners = new Map(tables.map((each) => [each.table, each]));
    tables = sortObjects([...owners.keys()], sortBy).flatMap((each) => owners.get(each) ?? []);
  }
  const kinds = new Set(
    tables.filter(({ table }) => list(table, 'rows').length > 0 || targets.length > 1).map(({ mapping }) => resourceText(mapping)),
  );
  const style = {
    wide: flags.string('output') === 'wide',
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.slice('label-columns'),
    withKind: flags.bool('show-kind') || kinds.size > 1,
    noHeaders: flags.bool('no-headers'),
  };
  let printed = false;
  for (let i = 0; i < tables.length;) {
    const { mapping, table } = tables[i] as { mapping: Mapping; table: JsonObject };
    let rows: JsonObject[] = [];
    // A call takes no more than some hundred thousand arguments: no push(...).
    for (; i < tables.length && tables[i]?.mapping === mapping; i++) rows = rows.concat(list(tables[i]?.table, 'rows') as JsonObject[]);
    if (rows.length === 0) continue;
    if (sortBy !== '' && tables.length === 1) rows = yield* orFatal(session, 'sorter.go:375', () => sortedRows(rows, sortBy));
    if (rows.length === 0) continue;
    const withNamespace = (options.allNamespaces ?? false) && mapping.namespaced;
    if (printed && !style.noHeaders) yield* session.out('\n');
    printed = true;
    const head = style.noHeaders ? [] : [tableHeader(table, { ...style, withNamespace })];
    yield* printRows(session, head, rows, (some) => rowsOf(table, some, { ...style, withNamespace, mapping }));
  }
  if (!printed && errors.length === 0 && !flags.bool('ignore-not-found')) {
    const namespaced = options.allNamespaces !== true && targets.every(({ mapping }) => mapping.namespaced);
    yield* session.err(namespaced ? `No resources found in ${session.namespace} namespace.\n` : 'No resources found\n');
  }
  throwAll(errors);
  return 0;
}

// Rows of a table that are made in one go.
const PIECE = 1000;

/** Prints a table piece by piece; between two of them others have their turn. */
function* printRows(session: Session, head: string[][], rows: readonly JsonObject[], made: (rows: JsonObject[]) => string[][]): Task<void> {
  const pieces = [head];
  const widths: number[] = [];
  for (let from = 0; from < rows.length; from += PIECE) {
    if (from > 0) yield* session.process.sleep(0);
    pieces.push(made(rows.slice(from, from + PIECE)));
  }
  for (const piece of pieces) measure(piece, widths);
  for (const [i, piece] of pieces.entries()) {
    if (i > 1) yield* session.process.sleep(0);
    yield* session.out(tableText(piece, widths));
  }
}

/** A complaint about the field is lost upstream, and the rows with it. */
function sortedRows(rows: readonly JsonObject[], sortBy: string): JsonObject[] {
  try {
    return sortRows(rows, sortBy);
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

function* watch(session: Session, targets: readonly Target[], options: SelectOptions, printer: Printer | undefined): Task<number> {
  const { flags } = session;
  const [target] = targets;
  if (target === undefined || targets.some(({ mapping }) => mapping !== target.mapping)) {
    throw new CommandError('you may only specify a single resource type');
  }
  if (targets.length > 1) {
    for (const { mapping, name } of targets) if (name !== undefined) yield* fetchOne(session, mapping, name);
    throw new CommandError('watch is only supported on individual resources and resource collections - more than 1 resource was found');
  }
  const { mapping, name } = target;
  const ownTables = printer === undefined && !flags.bool('server-print');
  const headers: Record<string, string> = printer === undefined && !ownTables ? { accept: TABLE_ACCEPT } : {};
  const query = name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
  const first =
    name === undefined
      ? (yield* fetchList(session, mapping, { ...options, chunk: 0, headers }))[0]
      : yield* fetchOne(session, mapping, name, { headers });
  const remembered: number[] = [];
  let headed = flags.bool('no-headers');
  let columns = first ?? {};
  const style = {
    wide: flags.string('output') === 'wide',
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.slice('label-columns'),
    withKind: flags.bool('show-kind'),
    withNamespace: (options.allNamespaces ?? false) && mapping.namespaced,
    mapping,
  };
  const show = function* (given: JsonObject, event: string): Task<void> {
    const value = ownTables ? plainTable(given, session.process.now()) : given;
    if (printer !== undefined) {
      if (flags.string('output') === 'name') {
        for (const each of Array.isArray(value['items']) ? itemsOf([value], mapping) : [value])
          yield* session.out(`${kindName(mapping)}/${text(each, 'metadata', 'name')}\n`);
        return;
      }
      for (const each of Array.isArray(value['items']) ? itemsOf([value], mapping) : [value]) {
        yield* session.out(printer.print(flags.bool('output-watch-events') ? { type: event, object: each } : each));
      }
      return;
    }
    if (list(value, 'columnDefinitions').length > 0) columns = value;
    const rows = rowsOf(columns, list(value, 'rows') as JsonObject[], style);
    if (rows.length === 0) return;
    const marked = (cells: string[], mark: string): string[] => (flags.bool('output-watch-events') ? [mark, ...cells] : cells);
    const lines = rows.map((row) => marked(row, event));
    if (!headed) lines.unshift(marked(tableHeader(columns, style), 'EVENT'));
    if (flags.bool('output-watch-events')) remembered[0] = Math.max(remembered[0] ?? 0, 11);
    headed = true;
    yield* session.out(tableText(lines, remembered));
  };
  if (!flags.bool('watch-only')) yield* show(first ?? {}, 'ADDED');
  const stream = watchEvents(
    yield* session.stream('watch', 'GET', pathOf(mapping, namespaceFor(session, mapping, options.allNamespaces)), {
      headers,
      query: {
        watch: 'true',
        resourceVersion:
          text(first, 'metadata', 'resourceVersion') || text(list(first, 'rows')[0], 'object', 'metadata', 'resourceVersion'),
        ...(options.labelSelector ? { labelSelector: options.labelSelector } : {}),
        ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
        ...query,
      },
      what: `watch ${groupResource(mapping)}`,
    }),
  );
  try {
    for (;;) {
      const event: WatchEvent | undefined = yield* nextEvent(stream);
      if (event === undefined) return 0;
      if (event.type === 'BOOKMARK') continue;
      if (event.type === 'ERROR')
        throw new CommandError(
          `an error on the server ("unable to decode an event from the watch stream: ${text(event.object as never, 'message')}") has prevented the request from succeeding`,
        );
      yield* show(object(event.object as never), event.type);
    }
  } finally {
    stream.close();
  }
}
