import { StatusError } from '../../../api/errors.ts';
import { decodeText } from '../../../api/base64.ts';
import type { MutatingWebhook, MutatingWebhookConfiguration } from '../../../api/generated/types.ts';
import type { Kind } from '../../../api/kind.ts';
import type { ApiObject, JsonObject } from '../../../api/meta.ts';
import type { Task } from '../../../os/task.ts';
import { readCustom } from '../../decode.ts';
import { readUnstructured, TypeFault } from '../../decode/fields.ts';
import { applyPatch, JSON_PATCH } from '../../patch/index.ts';
import { copy, same } from '../../values.ts';
import { refuse, type AdmissionPlugin, type Operation } from '../admission.ts';
import { reinvocationOf } from '../reinvocation.ts';
import { askWebhook, CallFailed, internalError, refusedBy, type Calling } from './call.ts';
import { inKind } from '../match-resources.ts';
import { isExempt } from './exempt.ts';
import { observed } from './observed.ts';
import { invocationOf, type Invocation, type Matching } from './match.ts';

const NAME = 'MutatingAdmissionWebhook';

/** What is kept between the two runs of the chain: who was asked, and how the object was when the last of them had answered. */
interface Kept {
  readonly asked: Map<string, 'Never' | 'IfNeeded'>;
  after: ApiObject;
}

/** Asks the mutating webhooks, one after the other in the order of their configurations' names, and applies what they patch. */
export function mutatingWebhooks(
  configurations: () => readonly MutatingWebhookConfiguration[],
  calling: Calling,
  matching: Matching,
): AdmissionPlugin {
  function* admit(operation: Operation, hooks: readonly Named[]): Task<void> {
    const reinvocation = reinvocationOf(operation);
    const before = reinvocation.kept.get(NAME) as Kept | undefined;
    const kept: Kept = before ?? { asked: new Map(), after: operation.object as ApiObject };
    // Nobody has changed the object since: whoever was asked has seen it as it is.
    if (reinvocation.again && before !== undefined && same(before.after, operation.object)) return;
    for (const { key, hook } of hooks) {
      const invocation = invocationOf(operation, hook, matching);
      if (invocation === undefined) continue;
      if (reinvocation.again && kept.asked.get(key) === 'Never') continue;
      const changed = yield* call(operation, hook, invocation);
      kept.asked.set(key, hook.reinvocationPolicy === 'IfNeeded' ? 'IfNeeded' : 'Never');
      // Those asked before it have not seen what it changed.
      if (changed && [...kept.asked.entries()].some(([other, policy]) => other !== key && policy === 'IfNeeded'))
        reinvocation.wanted = true;
    }
    kept.after = copy(operation.object as ApiObject);
    reinvocation.kept.set(NAME, kept);
  }

  /** True when the object is another one afterwards. */
  function* call(operation: Operation, hook: MutatingWebhook, invocation: Invocation): Task<boolean> {
    const { context } = operation;
    try {
      const verdict = yield* observed(hook, invocation, true, askWebhook(calling, hook, invocation, operation.kind, true));
      context.warnings.push(...verdict.warnings);
      context.stages.push(
        `webhook ${hook.name}: ${verdict.allowed ? (verdict.patch === undefined ? 'allowed' : 'allowed, patched') : 'denied'}`,
      );
      if (!verdict.allowed) throw refusedBy(hook.name ?? '', verdict.status);
      return verdict.patch !== undefined && patch(operation, invocation.operation.kind, decodeText(verdict.patch));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      context.stages.push(`webhook ${hook.name}: failed (${hook.failurePolicy ?? 'Fail'})`);
      if (hook.failurePolicy === 'Ignore') return false;
      if (invocation.fault !== undefined) throw refuse(operation, error.message);
      throw internalError(error);
    }
  }

  return {
    name: NAME,
    connects: true,
    admit(operation) {
      if (isExempt(operation.kind)) return undefined;
      const hooks = inOrder(configurations());
      return hooks.length === 0 ? undefined : admit(operation, hooks);
    },
  };
}

interface Named {
  readonly key: string;
  readonly hook: MutatingWebhook;
}

function inOrder(configurations: readonly MutatingWebhookConfiguration[]): Named[] {
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks.map((hook, i) => ({ key: `${metadata.name ?? ''}/${hook.name ?? ''}/${i}`, hook })),
  );
}

/** Applies a JSON Patch to the operation's draft, in the version in which the webhook saw it. */
function patch(operation: Operation, kind: Kind, text: string): boolean {
  const draft = operation.object;
  if (draft === undefined) return false;
  const original = inKind(draft, operation.kind, kind);
  let patched: JsonObject;
  try {
    patched = applyPatch(copy(original) as unknown as JsonObject, text, JSON_PATCH, kind);
    if (kind.custom === undefined && operation.subresource === '')
      patched = readUnstructured(patched, kind.schema).object as unknown as JsonObject;
    else readCustom(patched, kind, (why) => internalError(new Error(why)));
  } catch (error) {
    if (error instanceof StatusError) throw internalError(error);
    if (error instanceof TypeFault) throw internalError(new Error(error.message));
    throw error;
  }
  if (same(patched, original as unknown as JsonObject)) return false;
  const next = inKind(patched as unknown as ApiObject, kind, operation.kind) as unknown as JsonObject;
  const target = draft as unknown as JsonObject;
  for (const field of Object.keys(target)) if (!(field in next)) delete target[field];
  Object.assign(target, copy(next));
  operation.kind.defaults?.(draft);
  return true;
}
