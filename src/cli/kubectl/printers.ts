import { decode } from '../../engine/os/text.ts';
import { parseColumns, parseColumnsFile, printColumns } from './columns.ts';
import { kindName } from './discovery.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import { checkedJsonPath, printJsonPath } from './jsonpath.ts';
import { resolvePath } from './kubeconfig.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { printTemplate } from './template.ts';
import { isObject, sortedKeys, text } from './values.ts';
import type { JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';
import { toKyaml } from './yaml/kyaml.ts';

/** Flags of every command that can print what it did. */
export const PRINT_FLAGS = 'o/output:string template:string show-managed-fields:bool allow-missing-template-keys:bool=true';

export const FORMATS = [
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'kyaml',
  'name',
  'template',
  'templatefile',
  'yaml',
];
export const TABLE_FORMATS = ['custom-columns', 'custom-columns-file', ...FORMATS.slice(0, 8), 'template', 'templatefile', 'wide', 'yaml'];

export interface Printer {
  /** Prints one object, or a `List`. */
  print(object: JsonObject): string;
}

/**
 * The printer that `-o` names; `undefined` without `-o` (and for `wide`). `tables`: the command also prints tables. `keys`: in which order
 * JSON has them, for objects that kubectl made of its own types.
 */
export function printerFor(session: Session, tables = false, keys = sortedKeys): Printer | undefined {
  const given = session.flags.string('output');
  const template = session.flags.string('template');
  if (given === '' && template === '') return undefined;
  const [asked = '', ...rest] = given === '' ? ['go-template'] : given.split('=');
  const format = ['json', 'yaml', 'kyaml'].includes(asked.toLowerCase()) ? asked.toLowerCase() : asked;
  const argument = rest.length > 0 ? rest.join('=') : template;
  if (rest.length > 0 && ['json', 'kyaml', 'name', 'wide', 'yaml'].includes(format)) throw noPrinter(given, tables);
  if (format === 'wide' && tables) return undefined;
  if (format === 'name') return { print: () => '' };
  if (format === 'json') return { print: (object) => `${goJson(visible(session, object), '    ', '', keys)}\n` };
  if (format === 'yaml') {
    let printed = 0;
    return { print: (object) => `${printed++ > 0 ? '---\n' : ''}${toYaml(visible(session, object))}` };
  }
  if (format === 'kyaml') return { print: (object) => toKyaml(visible(session, object)) };
  const allowMissing = session.flags.bool('allow-missing-template-keys');
  const file = (): string => {
    const path = resolvePath(session.process, argument);
    if (!session.process.files.exists(path))
      throw new CommandError(
        `error reading ${format === 'custom-columns-file' ? 'template' : '--template'} ${argument}, open ${argument}: no such file or directory`,
      );
    return decode(session.process.files.read(path));
  };
  const needs = (what: string): void => {
    if (argument === '') throw new CommandError(`template format specified but no ${what} given`);
  };
  if (format === 'jsonpath' || format === 'jsonpath-file') {
    needs('template');
    const source = format === 'jsonpath' ? argument : file();
    checkedJsonPath(source);
    return { print: (object) => printJsonPath(source, object, allowMissing) };
  }
  if (format === 'jsonpath-as-json') {
    needs('template');
    checkedJsonPath(argument);
    return { print: (object) => printJsonPath(argument, object, allowMissing, (results) => `${goJson([...results], '    ')}\n`) };
  }
  if (['go-template', 'go-template-file', 'template', 'templatefile'].includes(format)) {
    needs('template');
    const source = format.endsWith('file') ? file() : argument;
    return printTemplate(source, allowMissing);
  }
  if (tables && (format === 'custom-columns' || format === 'custom-columns-file')) {
    if (rest.join('=') === '') throw new CommandError('custom-columns format specified but no custom columns given');
    const columns = format === 'custom-columns' ? parseColumns(argument) : parseColumnsFile(file());
    const noHeaders = session.flags.bool('no-headers');
    return { print: (object) => printColumns(columns, Array.isArray(object['items']) ? object['items'] : [object], noHeaders) };
  }
  throw noPrinter(given, tables);
}

function noPrinter(given: string, tables: boolean): CommandError {
  return new CommandError(
    `unable to match a printer suitable for the output format "${given}", allowed formats are: ${(tables ? TABLE_FORMATS : FORMATS).join(',')}`,
  );
}

/** Without managed fields, unless they were asked for. */
export function visible(session: Session, object: JsonObject): JsonObject {
  if (session.flags.bool('show-managed-fields')) return object;
  const strip = (each: JsonObject): JsonObject => {
    if (!isObject(each['metadata']) || each['metadata']['managedFields'] === undefined) return each;
    const { managedFields: _hidden, ...metadata } = each['metadata'];
    return { ...each, metadata };
  };
  return Array.isArray(object['items'])
    ? { ...object, items: object['items'].map((item) => (isObject(item) ? strip(item) : item)) }
    : strip(object);
}

export type DryRun = 'none' | 'client' | 'server';

export function dryRunOf(session: Session): DryRun {
  const value = session.flags.string('dry-run');
  if (value === 'client' || value === 'server' || value === 'none') return value;
  if (value === 'unchanged')
    throw new CommandError('--dry-run flag without a value was specified. A value must be set: "none", "server", or "client".');
  throw new CommandError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

export const DRY_RUN_FLAG = 'dry-run:string=none?unchanged';

/** What a command that changes things says of one: `pod/web created`, or the object in the form that was asked for. */
export function resultPrinter(
  session: Session,
  dryRun: DryRun,
  keys = sortedKeys,
): (info: Pick<Info, 'mapping' | 'name'> & { object: JsonObject }, operation: string) => string {
  const printer = printerFor(session, false, keys);
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
  return (info, operation) => {
    const named = `${kindOf(session, info)}/${info.name}`;
    if (session.flags.string('output') === 'name') return `${named}\n`;
    return printer === undefined ? `${named} ${operation}${suffix}\n` : printer.print(info.object);
  };
}

/** What was sent to a subresource may come back as an object of another kind: `scale.autoscaling`. */
function kindOf({ flags }: Session, { mapping, object }: { mapping: Info['mapping']; object: JsonObject }): string {
  const kind = text(object, 'kind');
  if (!flags.knows('subresource') || flags.string('subresource') === '' || kind === '' || kind === mapping.kind) return kindName(mapping);
  const [version = '', group = ''] = text(object, 'apiVersion').split('/').reverse();
  return kindName({ ...mapping, kind, group, version });
}

export function dryRunQuery(dryRun: DryRun): Record<string, string> {
  return dryRun === 'server' ? { dryRun: 'All' } : {};
}
