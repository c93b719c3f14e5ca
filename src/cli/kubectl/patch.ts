import type { Task } from '../../engine/os/task.ts';
import { decode } from '../../engine/os/text.ts';
import { isBuiltIn } from './built-in.ts';
import { sendPatch } from './changes.ts';
import type { PatchType } from './changes.ts';
import { CommandError, isReason } from './errors.ts';
import { isLocal, LOCAL_FLAG, refuseServerDryRun } from './local.ts';
import { patchHere } from './patch-here.ts';
import { groupVersionOf } from './discovery.ts';
import { resolvePath } from './kubeconfig.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { equal } from './values.ts';
import type { Json } from './values.ts';
import { parseDocument } from './yaml/parse.ts';

export const PATCH_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} p/patch:string patch-file:string type:string=strategic ${LOCAL_FLAG} subresource:string field-manager:string=kubectl-patch`;

const TYPES: Readonly<Record<string, PatchType>> = { json: 'json-patch', merge: 'merge-patch', strategic: 'strategic-merge-patch' };

export function* patch(session: Session): Task<number> {
  const { flags } = session;
  const type = TYPES[flags.string('type')];
  if (type === undefined) throw new CommandError(`--type must be one of [json merge strategic], not "${flags.string('type')}"`);
  const file = flags.string('patch-file');
  if (file !== '' && flags.string('patch') !== '') throw new CommandError('cannot specify --patch and --patch-file together');
  const source = file === '' ? flags.string('patch') : patchFile(session, file);
  if (source === '') throw new CommandError('must specify --patch or --patch-file containing the contents of the patch');
  const value = parsePatch(source);
  const dryRun = dryRunOf(session);
  refuseServerDryRun(session);
  if (isLocal(session) && flags.args.length > 0) throw new CommandError('cannot specify --local and server resources');
  yield* visitAll(session, flags.args, {}, function* (info) {
    // Upstream forgets to say that it only tried.
    const say = resultPrinter(session, 'none');
    if (isLocal(session) || dryRun === 'client') {
      const made = patchHere(info, value as Json, type);
      return yield* session.out(say({ ...info, object: made }, equal(made, info.object) ? 'patched (no change)' : 'patched'));
    }
    try {
      const found = yield* sendPatch(session, info, bodyOf(value), {
        type,
        manager: flags.string('field-manager'),
        ...(flags.string('subresource') === '' ? {} : { subresource: flags.string('subresource') }),
      });
      const same = equal(found, info.object);
      yield* session.out(say({ ...info, object: found }, same ? 'patched (no change)' : 'patched'));
    } catch (error) {
      if (isReason(error, 'UnsupportedMediaType') && !isBuiltIn(info.mapping.group)) {
        throw new CommandError(
          `application/${type}+json is not supported by ${groupVersionOf(info.mapping.group, info.mapping.version)}, Kind=${info.mapping.kind}: ${error.message}`,
        );
      }
      throw error;
    }
  });
  return 0;
}

/** JSON, or YAML that is made JSON. What is neither an object nor a list goes to the server as it is, for its complaint. */
function parsePatch(source: string): unknown {
  // What begins like JSON is sent as it stands, for the server to complain of.
  if (/^\s*\{/.test(source) && !isJson(source)) return source;
  try {
    return parseDocument(source, 'patch');
  } catch (error) {
    throw error instanceof CommandError
      ? new CommandError(
          `unable to parse ${JSON.stringify(source)}: ${error.message.replace(/^error parsing patch: error converting YAML to JSON: /, '')}`,
        )
      : error;
  }
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

function bodyOf(value: unknown): object | string {
  if (typeof value === 'object' && value !== null) return value;
  return typeof value === 'string' && /^\s*\{/.test(value) ? value : JSON.stringify(value);
}

function patchFile({ process }: Session, file: string): string {
  const path = resolvePath(process, file);
  if (!process.files.exists(path)) throw new CommandError(`unable to read patch file: open ${file}: no such file or directory`);
  return decode(process.files.read(path));
}
