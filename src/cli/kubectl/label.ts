import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { CommandError } from './errors.ts';
import { checkLocalFiles, isLocal, LOCAL_FLAG } from './local.ts';
import { pairsOf, splitPairs } from './pairs.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { manifestSources } from './manifests.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { object, sortedKeys, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const LABEL_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} overwrite:bool list:bool ${LOCAL_FLAG} l/selector:string field-selector:string all:bool A/all-namespaces:bool
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
  const { resources, pairs } = splitPairs(flags.args, noun);
  const { set, remove } = field === 'labels' ? parseLabels(pairs) : pairsOf(pairs, noun, true);
  if (flags.bool('list') && flags.string('output') !== '') throw new CommandError('--list and --output may not be specified together');
  if (flags.bool('all') && flags.string('selector') !== '') throw new CommandError('cannot set --all and --selector at the same time');
  if (flags.bool('all') && flags.string('field-selector') !== '')
    throw new CommandError('cannot set --all and --field-selector at the same time');
  checkLocalFiles(session, resources, field === 'labels' ? 'pod' : 'rsrc');
  if (pairs.length === 0 && !flags.bool('list')) throw new CommandError(`at least one ${noun} update is required`);
  const both = remove.filter((key) => key in set);
  if (both.length > 0)
    throw new CommandError(
      field === 'labels'
        ? 'can not both modify and remove a label in the same command'
        : `can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`,
    );
  const version = flags.string('resource-version');
  const single = namesOne(session, resources);
  if (!single && version !== '') throw new CommandError('--resource-version may only be used with a single resource');
  const dryRun = dryRunOf(session);
  // `label` makes a printer for each object, and so no `---` between them.
  const sayAll = resultPrinter(session, dryRun);
  const options = {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'),
  };
  yield* visitAll(session, resources, options, function* (info) {
    const current = object(info.object, 'metadata', field);
    const say = field === 'labels' ? resultPrinter(session, dryRun) : sayAll;
    const asks = !isLocal(session) && dryRun !== 'client' && !flags.bool('list');
    if (asks && field === 'labels') for (const key of remove) if (!(key in current)) yield* session.out(`label "${key}" not found.\n`);
    if (!flags.bool('overwrite')) checkOverwrite(current, set, field);
    const marks = Object.fromEntries(Object.entries({ ...current, ...set }).filter(([key]) => !remove.includes(key)));
    if (flags.bool('list')) return yield* listMarks(session, info, marks, noun, single);
    const operation = field === 'labels' ? labelled(current, set, remove) : 'annotated';
    const changed = {
      ...info.object,
      metadata: { ...object(info.object, 'metadata'), [field]: marks, ...(version === '' ? {} : { resourceVersion: version }) },
    };
    if (!asks) return yield* session.out(say({ ...info, object: changed }, operation));
    const patch = {
      metadata: {
        [field]: { ...set, ...Object.fromEntries(remove.map((key) => [key, null])) },
        ...(version === '' ? {} : { resourceVersion: version }),
      },
    };
    // An annotation is sent even when it is there already.
    if (operation === 'not labeled') return yield* session.out(say(info, operation));
    const found = yield* sendPatch(session, info, patch, { manager: flags.string('field-manager') });
    // kubectl prints what it labelled, not what the server made of it.
    yield* session.out(say({ ...info, object: field === 'labels' ? changed : found }, operation));
  });
  return 0;
}

/** Whether the command line can mean one object only: the builder's "single item implied". */
function namesOne(session: Session, resources: readonly string[]): boolean {
  const files = manifestSources(session);
  if (files.length > 0) return files.length === 1 && files[0] !== '-' && typeof files[0] === 'string';
  return resources.some((each) => each.includes('/'))
    ? resources.length === 1
    : resources.length === 2 && !(resources[0] ?? '').includes(',');
}

function* listMarks(session: Session, info: Info, marks: JsonObject, noun: string, single: boolean): Task<void> {
  if (!single) yield* session.out(`Listing ${noun}s for ${info.mapping.kind}.${info.mapping.group}/${info.name}:\n`);
  for (const key of sortedKeys(marks)) yield* session.out(`${single ? '' : ' '}${key}=${text(marks[key])}\n`);
}

function parseLabels(pairs: readonly string[]): { set: Record<string, string>; remove: string[] } {
  for (const pair of pairs) {
    const [, value, ...more] = pair.split('=');
    if (more.length > 0) throw new CommandError(`invalid label spec: ${pair}`);
    if (value !== undefined && (value.length > 63 || !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)))
      throw new CommandError(`invalid label value: "${pair}": ${value.length > 63 ? 'must be no more than 63 bytes' : LABEL_VALUE_RULE}`);
  }
  return pairsOf(pairs, 'label', true);
}

function checkOverwrite(current: JsonObject, set: JsonObject, field: string): void {
  const clashes = Object.keys(set)
    // The change cause of a rollout may be overwritten at any time.
    .filter(
      (key) => (key !== 'kubernetes.io/change-cause' || field === 'labels') && current[key] !== undefined && current[key] !== set[key],
    )
    .map((key) => `'${key}' already has a value (${text(current[key])})`);
  if (clashes.length === 0) return;
  if (field === 'annotations')
    throw new CommandError(`--overwrite is false but found the following declared annotation(s): ${clashes.join('; ')}`);
  const complaints = clashes.map((clash) => `${clash}, and --overwrite is false`);
  throw new CommandError(complaints.length === 1 ? (complaints[0] as string) : `[${complaints.join(', ')}]`);
}

function labelled(current: JsonObject, set: JsonObject, remove: readonly string[]): string {
  const adds = Object.keys(set).some((key) => current[key] !== set[key]);
  const removes = remove.some((key) => key in current);
  if (adds) return removes ? 'modified' : 'labeled';
  return removes ? 'unlabeled' : 'not labeled';
}
