import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { CommandError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { manifestSources } from './manifests.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { object, sortedKeys, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const LABEL_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} overwrite:bool list:bool local:bool! l/selector:string field-selector:string all:bool A/all-namespaces:bool
  resource-version:string field-manager:string=kubectl-label`;
export const ANNOTATE_FLAGS = LABEL_FLAGS.replace('kubectl-label', 'kubectl-annotate');

const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export function label(session: Session): Task<number> {
  return mark(session, 'labels');
}
export function annotate(session: Session): Task<number> {
  return mark(session, 'annotations');
}

function* mark(session: Session, field: 'labels' | 'annotations'): Task<number> {
  const { flags } = session;
  const noun = field === 'labels' ? 'label' : 'annotation';
  const first = flags.args.findIndex(isChange);
  const [resources, changes] = first < 0 ? [flags.args, []] : [flags.args.slice(0, first), flags.args.slice(first)];
  const late = changes.find((arg) => !isChange(arg));
  if (late !== undefined) throw new CommandError(`all resources must be specified before ${noun} changes: ${late}`);
  if (resources.length === 0 && manifestSources(session).length === 0)
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (changes.length === 0 && !flags.bool('list')) throw new CommandError(`at least one ${noun} update is required`);
  const { set, remove } = parseChanges(changes, field);
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  const options = {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'),
  };
  yield* visitAll(session, resources, options, function* (info) {
    const current = object(info.object, 'metadata', field);
    if (flags.bool('list')) {
      for (const key of sortedKeys(current)) yield* session.out(`${key}=${text(current[key])}\n`);
      if (changes.length === 0) return;
    }
    if (!flags.bool('overwrite') && flags.string('resource-version') === '') checkOverwrite(current, set, field);
    for (const key of remove) if (!(key in current) && field === 'labels') yield* session.out(`label "${key}" not found.\n`);
    const changed = Object.keys(set).some((key) => current[key] !== set[key]) || remove.some((key) => key in current);
    const version = flags.string('resource-version');
    const patch = {
      metadata: {
        [field]: { ...set, ...Object.fromEntries(remove.map((key) => [key, null])) },
        ...(version === '' ? {} : { resourceVersion: version }),
      },
    };
    const send = changed || version !== '' || field === 'annotations';
    const found = send ? yield* sendPatch(session, info, patch, { manager: flags.string('field-manager') }) : info.object;
    yield* session.out(say({ ...info, object: found }, verdict(field, info, set, remove, changed)));
  });
  return 0;
}

function isChange(arg: string): boolean {
  return (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg.length > 1);
}

function parseChanges(changes: readonly string[], field: string): { set: JsonObject; remove: string[] } {
  const set: JsonObject = {};
  const remove: string[] = [];
  for (const change of changes) {
    const equals = change.indexOf('=');
    if (equals < 0) remove.push(change.slice(0, -1));
    else {
      const [key, value] = [change.slice(0, equals), change.slice(equals + 1)];
      if (key === '') throw new CommandError(`invalid ${field === 'labels' ? 'label' : 'annotation'} format: ${change}`);
      if (field === 'labels' && (value.length > 63 || !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)))
        throw new CommandError(`invalid label value: "${change}": ${LABEL_VALUE_RULE}`);
      set[key] = value;
    }
  }
  const both = remove.find((key) => key in set);
  if (both !== undefined)
    throw new CommandError(`can not both modify and remove ${field === 'labels' ? 'a label' : 'an annotation'} in the same command`);
  return { set, remove };
}

function checkOverwrite(current: JsonObject, set: JsonObject, field: string): void {
  const clashes = Object.keys(set)
    // The change cause of a rollout may be overwritten at any time.
    .filter((key) => key !== 'kubernetes.io/change-cause' && current[key] !== undefined && current[key] !== set[key])
    .map((key) => `'${key}' already has a value (${text(current[key])})`);
  if (clashes.length === 0) return;
  if (field === 'labels') throw new CommandError(`${clashes[0] as string}, and --overwrite is false`);
  throw new CommandError(`--overwrite is false but found the following declared annotation(s): ${clashes.join('; ')}`);
}

function verdict(field: string, _info: Info, set: JsonObject, remove: readonly string[], changed: boolean): string {
  if (field === 'annotations') return 'annotated';
  if (!changed) return 'not labeled';
  if (Object.keys(set).length === 0 && remove.length > 0) return 'unlabeled';
  return 'labeled';
}
