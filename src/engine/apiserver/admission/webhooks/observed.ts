import { SECOND } from '../../../sim/time.ts';
import type { Task } from '../../../os/task.ts';
import type { Invocation, Webhook } from './match.ts';
import type { Verdict } from './review.ts';

const OPERATIONS = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' } as const;
/** Of a webhook that could not be asked, or gave no answer. */
const NO_ANSWER = 503;

/** Counts a call of a webhook, and writes what it has for the audit log there. */
export function* observed(hook: Webhook, { operation }: Invocation, mutating: boolean, asking: Task<Verdict>): Task<Verdict> {
  const { observer } = operation.context;
  if (observer === undefined) return yield* asking;
  const { name = '', failurePolicy } = hook;
  const type = mutating ? 'admit' : 'validate';
  const verb = OPERATIONS[operation.verb];
  const { admission } = observer;
  const begun = observer.now();
  try {
    const verdict = yield* asking;
    const seconds = (observer.now() - begun) / SECOND;
    const code = verdict.allowed ? 200 : verdict.status?.code || 400;
    admission.webhook(name, type, verb, { code, rejected: !verdict.allowed, seconds });
    if (!verdict.allowed) admission.webhookRejected(name, type, verb, 'no_error', code);
    for (const [key, value] of Object.entries(verdict.auditAnnotations)) observer.annotate(`${name}/${key}`, value);
    return verdict;
  } catch (error) {
    const rejected = failurePolicy !== 'Ignore';
    admission.webhook(name, type, verb, { code: NO_ANSWER, rejected, seconds: (observer.now() - begun) / SECOND });
    if (rejected) admission.webhookRejected(name, type, verb, 'calling_webhook_error', NO_ANSWER);
    else {
      admission.webhookFailedOpen(name, type);
      observer.annotate(`failed-open.${mutating ? 'mutating' : 'validation'}.webhook.admission.k8s.io/round_0_index_0`, name);
    }
    throw error;
  }
}
