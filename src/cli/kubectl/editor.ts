import { decode, encode } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { groupResource } from './discovery.ts';
import { CommandError, Exit, ServerError } from './errors.ts';
import { goJson } from './gotext.ts';
import type { Info } from './info.ts';
import { resultPrinter } from './printers.ts';
import type { Session } from './session.ts';
import { equal, isObject, list, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';
import { parseDocument } from './yaml/parse.ts';

// The loop of `kubectl edit`: the editor is opened again, with what went wrong on top, until nothing does or nothing is changed.

/** What stands above objects that are edited. */
export const EDIT_NOTE: readonly string[] = [
  "Please edit the object below. Lines beginning with a '#' will be ignored,",
  'and an empty file will abort the edit. If an error occurs while saving this file will be',
  'reopened with the relevant failures.',
];

export interface Editing {
  /** `edited` unless it says otherwise. `created`: what is not changed is sent all the same. */
  readonly operation?: 'created';
  /** What is said above the objects, line by line. */
  readonly note: readonly string[];
  /** What the editor is to show of an object. */
  readonly shown: (info: Info) => JsonObject;
  /** Sends one changed object; the server's answer is printed. */
  readonly send: (info: Info, before: JsonObject, after: JsonObject) => Task<JsonObject>;
}

interface Attempt {
  readonly reasons: { readonly head: string; readonly other: readonly string[] }[];
  again: boolean;
  retryable: boolean;
  missing: boolean;
}

export function* editInEditor(session: Session, infos: readonly Info[], editing: Editing): Task<number> {
  const json = session.flags.string('output') === 'json';
  const shown = infos.map(editing.shown);
  const whole: JsonObject = shown.length === 1 ? (shown[0] as JsonObject) : { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} };
  const original = json ? `${goJson(whole, '    ')}\n` : toYaml(whole);
  let attempt: Attempt = { reasons: [], again: false, retryable: false, missing: false };
  let file = '';
  let last: string | undefined;
  for (;;) {
    const header = json ? '' : headerOf(editing.note, attempt);
    const previous = file;
    file = temporaryFile(session, json ? 'json' : 'yaml');
    session.process.files.write(file, encode(header + (last === undefined ? original : last)));
    yield* launch(session, file);
    const edited = withoutComments(decode(session.process.files.read(file)));
    if (last !== undefined && edited === last) {
      yield* session.err(`A copy of your changes has been stored to "${file}"\n`);
      throw new CommandError('Edit cancelled, no valid changes were saved.');
    }
    if (previous !== '') session.process.files.remove(previous);
    if ((edited === withoutComments(original) && editing.operation !== 'created') || edited.trim() === '') {
      session.process.files.remove(file);
      yield* session.err(edited.trim() === '' ? 'Edit cancelled, saved file was empty.\n' : 'Edit cancelled, no changes made.\n');
      return 0;
    }
    last = edited;
    attempt = { reasons: [], again: false, retryable: false, missing: false };
    const objects = parsed(edited, file, attempt);
    if (objects === undefined) continue;
    try {
      yield* sendAll(session, infos, shown, objects, editing, attempt);
    } catch (error) {
      if (error instanceof CommandError) yield* session.err(`A copy of your changes has been stored to "${file}"\n`);
      throw error;
    }
    if (attempt.retryable) {
      yield* session.err(`You can run \`kubectl replace -f ${file}\` to try this update again.\n`);
      throw new Exit(1);
    }
    if (attempt.missing) {
      yield* session.err(`The edits you made on deleted resources have been saved to "${file}"\n`);
      throw new Exit(1);
    }
    if (!attempt.again) {
      session.process.files.remove(file);
      return 0;
    }
  }
}

function headerOf(note: readonly string[], attempt: Attempt): string {
  const hashed = (line: string): string => line.replaceAll('\n', '\n# ');
  const reasons = attempt.reasons.map(
    ({ head, other }) => `# ${hashed(head)}${other.length > 0 ? ':' : ''}\n${other.map((each) => `# * ${hashed(each)}\n`).join('')}#\n`,
  );
  return `${note.map((line) => `# ${line}\n`).join('')}#\n${reasons.join('')}`;
}

function temporaryFile(session: Session, extension: string): string {
  const { process } = session;
  process.files.makeDirectory('/tmp', { parents: true });
  return `/tmp/kubectl-edit-${1000000000 + process.random(900000000)}.${extension}`;
}

function* launch(session: Session, file: string): Task<void> {
  const { env } = session.process;
  const editor = env.get('KUBE_EDITOR') || env.get('EDITOR') || 'vi';
  const child = session.process.spawn([...editor.split(/\s+/).filter(Boolean), file]);
  const code = yield* child.wait();
  if (code === 127) throw new CommandError(`unable to launch the editor "${editor}"`);
  if (code !== 0) throw new CommandError(`there was a problem with the editor "${editor}"`);
}

function withoutComments(source: string): string {
  return source
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

function parsed(source: string, file: string, attempt: Attempt): JsonObject[] | undefined {
  try {
    const value: Json = parseDocument(source, file);
    if (!isObject(value)) throw new CommandError(`error parsing edited-file: unable to decode an object`);
    if (text(value, 'kind') === '')
      throw new CommandError(`unable to decode "edited-file": Object 'Kind' is missing in '${goJson(value)}'`);
    return text(value, 'kind') === 'List' && Array.isArray(value['items'])
      ? (list(value, 'items').filter(isObject) as JsonObject[])
      : [value];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    attempt.reasons.push({ head: `The edited file had a syntax error: ${error.message.replace(file, 'edited-file')}`, other: [] });
    return undefined;
  }
}

function* sendAll(
  session: Session,
  infos: readonly Info[],
  shown: readonly JsonObject[],
  objects: readonly JsonObject[],
  editing: Editing,
  attempt: Attempt,
): Task<void> {
  const say = resultPrinter(session, 'none');
  for (const [i, after] of objects.entries()) {
    const same = (one: JsonObject, ...path: string[]): boolean => text(one, ...path) === text(after, ...path);
    let at = shown.findIndex((each) => same(each, 'kind') && same(each, 'metadata', 'name') && same(each, 'metadata', 'namespace'));
    if (at < 0 && objects.length === shown.length) at = i;
    const [info, before] = [infos[at], shown[at]];
    if (info === undefined || before === undefined)
      throw new CommandError(`no original object found for ${text(after, 'kind')} "${text(after, 'metadata', 'name')}"`);
    if (equal(before, after) && editing.operation !== 'created') {
      yield* session.out(say(info, 'skipped'));
      continue;
    }
    if (!same(before, 'apiVersion') || !same(before, 'kind') || !same(before, 'metadata', 'name'))
      throw new CommandError('At least one of apiVersion, kind and name was changed');
    try {
      yield* session.out(say({ ...info, object: yield* editing.send(info, before, after) }, editing.operation ?? 'edited'));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      yield* session.err(`${complaint(error, info, attempt)}\n`);
    }
  }
}

function complaint(error: ServerError, info: Info, attempt: Attempt): string {
  const named = `${groupResource(info.mapping)} "${info.name}"`;
  if (error.reason === 'Invalid') {
    attempt.again = true;
    const causes = error.status.details?.causes ?? [];
    attempt.reasons.push({ head: `${named} was not valid`, other: causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`) });
    return `error: ${named} is invalid`;
  }
  if (error.reason === 'NotFound') {
    attempt.missing = true;
    return `error: ${named} could not be found on the server`;
  }
  attempt.retryable = true;
  return `error: ${named} could not be patched: ${error.message}`;
}
