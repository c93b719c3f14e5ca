import type { Namespace } from '../../api/generated/types.ts';
import type { Strategy } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import { readObject, validateWriteOptions } from '../body.ts';
import type { Task } from '../../os/task.ts';
import type { RequestContext, Target } from '../context.ts';
import { finishedBy } from '../delete.ts';
import { presentObject } from '../present.ts';
import type { ServerParts } from '../server-parts.ts';
import type { ApiResponse } from '../types.ts';

/** Sets `spec.finalizers` of a namespace; a terminating one goes with the last of them. */
export function* finalizeNamespace(context: RequestContext, target: Target, { registry }: ServerParts): Task<ApiResponse> {
  validateWriteOptions(context, 'UpdateOptions');
  const draft = readObject(context, target.kind);
  const strategy: Strategy<ApiObject> = {
    prepareForUpdate(object, old) {
      const { status } = old as Namespace;
      if (status !== undefined) (object as Namespace).status = status;
    },
  };
  const { object } = yield* registry.update(context, target, () => draft, finishedBy(target.kind), { strategy, subresource: 'finalize' });
  return presentObject(context, target.kind, 200, object);
}
