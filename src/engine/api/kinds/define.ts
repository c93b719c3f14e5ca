import { canonicalise } from '../canonical.ts';
import type { Kind, Strategy } from '../kind.ts';
import type { ApiObject } from '../meta.ts';

/**
 * Completes a kind: drafts are brought into the form the server keeps before and after its own defaults. The type of the
 * objects is forgotten, so that kinds can stand in one list; the API server hands each only its own.
 */
export function defineKind<T extends ApiObject>(kind: Kind<T>): Kind {
  const defaults = (draft: T): void => {
    canonicalise(draft, kind.schema);
    kind.defaults?.(draft);
  };
  return { ...kind, defaults } as unknown as Kind;
}

/** Deep equality of plain JSON, as `apiequality.Semantic.DeepEqual`: an absent value, an empty list and an empty map are the same. */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => semanticallyEqual(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of Object.keys(left)) if (!semanticallyEqual(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (!(key in left) && !semanticallyEqual(undefined, right[key])) return false;
  return true;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

type WithSpecAndStatus = ApiObject & { spec?: unknown; status?: unknown };

/** For kinds with spec and status: clients set spec only, and `metadata.generation` counts its changes. */
export function specStrategy<T extends WithSpecAndStatus>(rules: Omit<Strategy<T>, 'prepareForCreate' | 'prepareForUpdate'> = {}): Strategy<T> {
  return {
    prepareForCreate(draft) {
      delete draft.status;
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      bumpGeneration(draft, old);
    },
    ...rules,
  };
}

export function keepStatus(draft: WithSpecAndStatus, old: WithSpecAndStatus): void {
  if (old.status === undefined) delete draft.status;
  else draft.status = old.status;
}

export function bumpGeneration(draft: WithSpecAndStatus, old: WithSpecAndStatus): void {
  const generation = old.metadata.generation ?? 0;
  draft.metadata.generation = semanticallyEqual(draft.spec, old.spec) ? generation : generation + 1;
}

/** For `/status`: everything but status stays as it was. Metadata but managed fields may be written by some kinds' endpoints. */
export function statusStrategy<T extends WithSpecAndStatus>(
  rules: Omit<Strategy<T>, 'prepareForUpdate'> & { keepLabels?: boolean } = {},
): Strategy<T> {
  const { keepLabels = false, ...rest } = rules;
  return {
    prepareForUpdate(draft, old) {
      if (old.spec === undefined) delete draft.spec;
      else draft.spec = old.spec;
      if (keepLabels) {
        if (old.metadata.labels === undefined) delete draft.metadata.labels;
        else draft.metadata.labels = old.metadata.labels;
      }
    },
    ...rest,
  };
}
