import { canonicalise } from '../canonical.ts';
import type { Kind, Strategy } from '../kind.ts';
import type { ApiObject } from '../meta.ts';

type Given<T extends ApiObject> = Pick<Kind<T>, 'group' | 'version' | 'schema'> & Partial<Kind<T>>;

/**
 * A second face of objects that are stored as another version, or in another group, says: upstream's conversion. Both ways share
 * metadata. All rules are those of the stored kind, applied to the stored form; `parts` may bring rules of the face's own.
 */
export function viewOf<T extends ApiObject>(
  stored: Kind,
  convert: { fromStored(object: ApiObject): T; toStored(object: T): ApiObject },
  parts: Given<T>,
): Kind {
  const to = (object: ApiObject): ApiObject => convert.toStored(object as T);
  const inStored = (draft: ApiObject, act: (form: ApiObject) => void): void => {
    const form = to(draft);
    act(form);
    become(draft, convert.fromStored(form));
  };
  const viewed = ({
    prepareForCreate,
    prepareForUpdate,
    validate,
    validateUpdate,
    warnings,
  }: Strategy<ApiObject>): Strategy<ApiObject> => ({
    prepareForCreate: (draft, context) => inStored(draft, (form) => prepareForCreate?.(form, context)),
    prepareForUpdate: (draft, old, context) => inStored(draft, (form) => prepareForUpdate?.(form, to(old), context)),
    validate: (object, findings) => validate?.(to(object), findings),
    validateUpdate: (object, old, findings) => validateUpdate?.(to(object), to(old), findings),
    warnings: (object, old) => warnings?.(to(object), old === undefined ? undefined : to(old)) ?? [],
  });
  const { status } = stored.subresources;
  return {
    ...stored,
    defaults: (draft) => {
      canonicalise(draft, parts.schema);
      inStored(draft, (form) => stored.defaults?.(form));
      canonicalise(draft, parts.schema);
    },
    strategy: viewed(stored.strategy),
    subresources: { ...stored.subresources, ...(status === undefined ? {} : { status: viewed(status) }) },
    ...(parts as unknown as Partial<Kind>),
    view: { group: stored.group, fromStored: convert.fromStored, toStored: to },
    columns: (parts.columns ?? stored.columns).map((column) => ({
      ...column,
      value: (object, now) => column.value((parts.columns === undefined ? to(object) : object) as never, now),
    })),
  };
}

/** Makes a draft into what another object says, in place: it belongs to the request. */
function become(draft: ApiObject, other: ApiObject): void {
  const fields = draft as unknown as Record<string, unknown>;
  for (const field of Object.keys(fields)) if (!(field in other)) delete fields[field];
  Object.assign(fields, other);
}
