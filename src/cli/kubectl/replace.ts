import type { Task } from '../../engine/os/task.ts';
import { withLastApplied } from './last-applied-annotation.ts';
import { validationQuery } from './apply.ts';
import { deletedLine, deleteOne, waitUntilGone } from './delete.ts';
import { pathOf } from './discovery.ts';
import { CommandError, ServerError, during } from './errors.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { DRY_RUN_FLAG, dryRunOf, dryRunQuery, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS } from './resources.ts';
import { checkRaw, rawRequest } from './raw.ts';
import type { Session } from './session.ts';
import { ConnectionError } from './transport.ts';
import { object, text } from './values.ts';

export const REPLACE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} validate:string=strict?strict save-config:bool force:bool grace-period:int=-1 cascade:string=background?background
  wait:bool timeout:duration=0s subresource:string raw:string field-manager:string=kubectl-replace`;

export function* replace(session: Session): Task<number> {
  const { flags } = session;
  const files = manifestSources(session);
  if (flags.has('raw')) {
    checkRaw(session);
    return yield* rawRequest(session, 'PUT', flags.string('raw'));
  }
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  if (flags.int('grace-period') >= 0 && !flags.bool('force')) throw new CommandError('--grace-period must have --force specified');
  if (flags.duration('timeout') !== 0 && !flags.bool('force')) throw new CommandError('--timeout must have --force specified');
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  yield* visitManifests(
    session,
    { files, recursive: flags.bool('recursive'), validate: flags.string('validate') !== 'false' },
    function* (info) {
      const query = { ...validationQuery(session), fieldManager: flags.string('field-manager'), ...dryRunQuery(dryRun) };
      const headers = { 'content-type': 'application/json' };
      const wanted = flags.bool('save-config') ? withLastApplied(info.object) : info.object;
      try {
        if (flags.bool('force')) {
          const deletion = {
            gracePeriod: flags.has('grace-period') ? flags.int('grace-period') : -1,
            propagation: 'Background' as const,
            dryRun,
          };
          try {
            const gone = yield* deleteOne(session, info, deletion);
            yield* session.out(deletedLine(session, info, deletion));
            if (dryRun === 'none')
              yield* waitUntilGone(session, info, text(gone, 'metadata', 'uid') || text(gone, 'details', 'uid'), flags.duration('timeout'));
          } catch (error) {
            if (!(error instanceof ServerError && error.reason === 'NotFound')) throw error;
          }
          const made =
            dryRun === 'client'
              ? wanted
              : yield* session.json('POST', pathOf(info.mapping, info.namespace), { body: wanted, query, headers });
          yield* session.out(say({ ...info, object: made }, 'replaced'));
          return;
        }
        const path = pathOf(info.mapping, info.namespace, info.name, flags.string('subresource'));
        let body = wanted;
        if (text(wanted, 'metadata', 'resourceVersion') === '') {
          const resourceVersion = yield* currentVersion(session, path);
          if (resourceVersion !== '') body = { ...wanted, metadata: { ...object(wanted, 'metadata'), resourceVersion } };
        }
        const found = dryRun === 'client' ? wanted : yield* session.json('PUT', path, { body, query, headers });
        yield* session.out(say({ ...info, object: found }, 'replaced'));
      } catch (error) {
        throw during(error, 'replacing', info.source);
      }
    },
  );
  return 0;
}

/** Of what is to be replaced. What cannot be read is left to the write to tell. */
function* currentVersion(session: Session, path: string): Task<string> {
  try {
    return text(yield* session.json('GET', path), 'metadata', 'resourceVersion');
  } catch (error) {
    if (error instanceof ServerError || error instanceof ConnectionError) return '';
    throw error;
  }
}
