import type { ValidatingWebhook, ValidatingWebhookConfiguration } from '../../../api/generated/types.ts';
import { together } from '../../../os/together.ts';
import type { Task } from '../../../os/task.ts';
import { refuse, type AdmissionPlugin, type Operation } from '../admission.ts';
import { askWebhook, CallFailed, internalError, refusedBy, type Calling } from './call.ts';
import { isExempt } from './exempt.ts';
import { observed } from './observed.ts';
import { invocationOf, type Invocation, type Matching } from './match.ts';

/** Asks all validating webhooks that a write concerns, side by side; the first refusal stands. */
export function validatingWebhooks(
  configurations: () => readonly ValidatingWebhookConfiguration[],
  calling: Calling,
  matching: Matching,
): AdmissionPlugin {
  function* call(operation: Operation, hook: ValidatingWebhook, invocation: Invocation): Task<Error | undefined> {
    const { context } = operation;
    try {
      const verdict = yield* observed(hook, invocation, false, askWebhook(calling, hook, invocation, operation.kind, false));
      context.warnings.push(...verdict.warnings);
      context.stages.push(`webhook ${hook.name}: ${verdict.allowed ? 'allowed' : 'denied'}`);
      return verdict.allowed ? undefined : refusedBy(hook.name ?? '', verdict.status);
    } catch (error) {
      if (!(error instanceof CallFailed)) return error as Error;
      context.stages.push(`webhook ${hook.name}: failed (${hook.failurePolicy ?? 'Fail'})`);
      if (hook.failurePolicy === 'Ignore') return undefined;
      return invocation.fault !== undefined ? refuse(operation, error.message) : internalError(error);
    }
  }

  function* validate(calls: readonly Task<Error | undefined>[]): Task<void> {
    const refusal = (yield* together(calls)).find((error) => error !== undefined);
    if (refusal !== undefined) throw refusal;
  }

  return {
    name: 'ValidatingAdmissionWebhook',
    connects: true,
    validate(operation) {
      if (isExempt(operation.kind)) return undefined;
      const calls: Task<Error | undefined>[] = [];
      for (const { webhooks = [] } of configurations())
        for (const hook of webhooks) {
          const invocation = invocationOf(operation, hook, matching);
          if (invocation !== undefined) calls.push(call(operation, hook, invocation));
        }
      return calls.length === 0 ? undefined : validate(calls);
    },
  };
}
