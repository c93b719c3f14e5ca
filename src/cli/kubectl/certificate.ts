import type { Task } from '../../engine/os/task.ts';
import { pathOf } from './discovery.ts';
import { CommandError } from './errors.ts';
import { PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { list, object, text, type JsonObject } from './values.ts';

export const CERTIFICATE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} force:bool`;

/** `kubectl certificate approve` and `deny`: writes the condition by which signers go. */
export function* certificate(session: Session, verdict: 'Approved' | 'Denied'): Task<number> {
  const { flags } = session;
  if (flags.args.length === 0 && flags.list('filename').length === 0)
    throw new CommandError('one or more CSRs must be specified as <name> or -f <filename>');
  const say = resultPrinter(session, 'none');
  const names = flags.args.map((name) => `csr/${name}`);
  const words = verdict === 'Approved' ? { act: 'approve', done: 'approved' } : { act: 'deny', done: 'denied' };
  yield* visitAll(session, names, {}, function* (info) {
    if (info.mapping.resource !== 'certificatesigningrequests')
      throw new CommandError('can only handle certificates.k8s.io/v1 certificate signing requests');
    const path = pathOf(info.mapping, undefined, info.name);
    const csr = yield* session.json('GET', path);
    const conditions = list(csr, 'status', 'conditions') as JsonObject[];
    let found = csr;
    if (!conditions.some((condition) => text(condition, 'type') === verdict) || flags.bool('force')) {
      const condition = {
        type: verdict,
        status: 'True',
        reason: verdict === 'Approved' ? 'KubectlApprove' : 'KubectlDeny',
        message: `This CSR was ${words.done} by kubectl certificate ${words.act}.`,
        lastUpdateTime: new Date(session.process.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      };
      const kept = conditions.filter((other) => text(other, 'type') !== verdict);
      const body = { ...csr, status: { ...object(csr, 'status'), conditions: [...kept, condition] } };
      found = yield* session.json('PUT', `${path}/approval`, { body, headers: { 'content-type': 'application/json' } });
    }
    yield* session.out(say({ ...info, object: found }, words.done));
  });
  return 0;
}
