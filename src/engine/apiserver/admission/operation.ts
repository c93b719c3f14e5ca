import type { Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { RequestContext } from '../context.ts';

/** A write that asks to be let in. */
export interface Operation {
  readonly verb: 'create' | 'update' | 'delete' | 'connect';
  readonly kind: Kind;
  readonly namespace: string;
  /** '' while a name is yet to be generated. */
  readonly name: string;
  readonly subresource: string;
  /** The new state, a draft that mutating plugins may change; unset for deletions. */
  readonly object?: ApiObject;
  readonly old?: ApiObject;
  readonly context: RequestContext;
}
