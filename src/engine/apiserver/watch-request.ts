import type { Kind } from '../api/kind.ts';
import type { ApiObject, WatchEvent } from '../api/meta.ts';
import type { Task } from '../os/task.ts';
import type { Actor, Ref } from '../sim/log.ts';
import type { Millis } from '../sim/time.ts';

/** What one client wants to watch. */
export interface WatchRequest {
  readonly kind: Kind;
  /** '' for all. */
  readonly namespace: string;
  /** Set when one object alone is watched. */
  readonly name?: string;
  /** Set when the selector asks for one node's pods. */
  readonly node?: string;
  /** Unset when everything in the namespace is wanted. */
  readonly matches?: (object: ApiObject) => boolean;
  /** Events after this revision; unset: first an ADDED for each object there is. */
  readonly from?: number;
  readonly bookmarks: boolean;
  /** End the initial ADDED events with a bookmark that says so (`sendInitialEvents`). */
  readonly markInitialEnd: boolean;
  readonly timeout?: Millis;
  readonly actor: Actor;
  /** Reshapes objects on their way out (`Table`, `PartialObjectMetadata`). */
  /** What has to be asked before objects can be handed over in the version that is watched. */
  readonly prepare?: (objects: readonly ApiObject[]) => Task<void>;
  readonly transform?: (object: ApiObject, type: WatchEvent['type']) => object;
}

/** How the log names an object. */
export function refOf(object: ApiObject, revision?: number): Ref {
  const { namespace, name = '', uid } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(revision === undefined ? {} : { revision }),
  };
}
