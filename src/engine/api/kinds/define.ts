import { canonicalise } from '../canonical.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Kind, Strategy } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import type { Findings } from '../validation.ts';

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

/** Whether an object is about to be created: what was stored once has a version. */
export function isNew(object: ApiObject): boolean {
  return object.metadata.resourceVersion === undefined;
}

/** The draft of an update counts as stored, even when its writer did not name the version. */
function markStored(draft: ApiObject, old: ApiObject): void {
  if (!draft.metadata.resourceVersion && old.metadata.resourceVersion !== undefined)
    draft.metadata.resourceVersion = old.metadata.resourceVersion;
}

/** Rules of a kind: `create` for new objects, `update` for changed ones, each with everything that upstream checks then. */
export interface Rules<T> {
  create?(object: T, findings: Findings, where?: Readonly<Record<string, string>>): void;
  update?(object: T, old: T, findings: Findings): void;
}

/** The validation hooks of a strategy. The server calls both on updates; upstream's order of findings needs them apart. */
function hooks<T extends ApiObject>({ create, update }: Rules<T>): Pick<Strategy<T>, 'validate' | 'validateUpdate'> {
  return {
    validate(object, findings, where) {
      if (isNew(object)) create?.(object, findings, where);
    },
    validateUpdate(object, old, findings) {
      update?.(object, old, findings);
    },
  };
}

type WithSpecAndStatus = ApiObject & { spec?: unknown; status?: unknown };

interface StrategyParts<T> extends Rules<T>, Pick<Strategy<T>, 'prepareForCreate' | 'prepareForUpdate' | 'warnings'> {}

/** For kinds without status. */
export function plainStrategy<T extends ApiObject>(parts: StrategyParts<T>): Strategy<T> {
  const { create: _create, update: _update, prepareForUpdate, ...rest } = parts;
  return {
    ...rest,
    prepareForUpdate(draft, old, context) {
      markStored(draft, old);
      prepareForUpdate?.(draft, old, context);
    },
    ...hooks(parts),
  };
}

/** For kinds with spec and status: clients set spec only, and `metadata.generation` counts its changes. */
export function specStrategy<T extends WithSpecAndStatus>(parts: StrategyParts<T> = {}): Strategy<T> {
  return specOnlyStrategy<T>({
    ...parts,
    prepareForCreate(draft, context) {
      parts.prepareForCreate?.(draft, context);
      draft.status ??= {};
    },
  });
}

/** For kinds with a spec and no status of their own. */
export function specOnlyStrategy<T extends WithSpecAndStatus>(parts: StrategyParts<T>): Strategy<T> {
  return plainStrategy<T>({
    ...parts,
    prepareForCreate(draft, context) {
      delete draft.status;
      draft.metadata.generation = 1;
      parts.prepareForCreate?.(draft, context);
    },
    prepareForUpdate(draft, old, context) {
      keepStatus(draft, old);
      parts.prepareForUpdate?.(draft, old, context);
      bumpGeneration(draft, old);
    },
  });
}

export function keepStatus(draft: WithSpecAndStatus, old: WithSpecAndStatus): void {
  if (old.status === undefined) delete draft.status;
  else draft.status = old.status;
}

export function bumpGeneration(draft: WithSpecAndStatus, old: WithSpecAndStatus): void {
  countChange(draft, old, ({ spec }) => spec);
}

/** `metadata.generation` counts the changes of what a kind has in place of a spec. */
export function countChange<T extends ApiObject>(draft: T, old: T, content: (object: T) => unknown): void {
  const generation = old.metadata.generation ?? 0;
  draft.metadata.generation = semanticallyEqual(content(draft), content(old)) ? generation : generation + 1;
}

/** For `/status`: spec stays as it was; labels too where `keepLabels`. */
export function statusStrategy<T extends WithSpecAndStatus>(parts: Pick<Rules<T>, 'update'> & { keepLabels?: boolean } = {}): Strategy<T> {
  return {
    prepareForUpdate(draft, old) {
      markStored(draft, old);
      if (old.spec === undefined) delete draft.spec;
      else draft.spec = old.spec;
      if (parts.keepLabels !== true) return;
      if (old.metadata.labels === undefined) delete draft.metadata.labels;
      else draft.metadata.labels = old.metadata.labels;
    },
    ...hooks(parts),
  };
}
