import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../api/generated/types.ts';
import { formatTime } from '../../sim/time.ts';

type Condition = CustomResourceDefinitionCondition;
type Status = NonNullable<CustomResourceDefinition['status']>;

/** What the naming controller makes of a definition's status: names that nobody else of the group has are accepted. */
export function namedStatus(definition: CustomResourceDefinition, others: readonly CustomResourceDefinition[], now: number): Status {
  const { spec, status } = definition;
  const taken = { resources: new Set<string>(), kinds: new Set<string>() };
  for (const other of others) {
    if (other.spec.group !== spec.group || other.metadata.name === definition.metadata.name) continue;
    const { plural, singular, shortNames, kind, listKind } = other.status?.acceptedNames ?? { plural: '', kind: '' };
    for (const name of [plural, singular ?? '', ...(shortNames ?? [])]) if (name !== '') taken.resources.add(name);
    for (const name of [kind, listKind ?? '']) if (name !== '') taken.kinds.add(name);
  }
  const accepted: CustomResourceDefinitionNames = { plural: '', kind: '', ...status?.acceptedNames };
  const refused: { reason: string; message: string }[] = [];
  const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;
  const take = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, names: ReadonlySet<string>): void => {
    const wanted = spec.names[field] ?? '';
    if (wanted !== '' && names.has(wanted)) refused.push({ reason, message: inUse(wanted) });
    else if (wanted !== '') accepted[field] = wanted;
    else if (field === 'singular' || field === 'listKind') delete accepted[field];
  };
  take('plural', 'PluralConflict', taken.resources);
  take('singular', 'SingularConflict', taken.resources);
  const short = spec.names.shortNames ?? [];
  const clashes = short.filter((name) => taken.resources.has(name));
  if (clashes.length > 0) refused.push({ reason: 'ShortNamesConflict', message: clashes.map(inUse).join(', ') });
  else if (short.length > 0) accepted.shortNames = [...short];
  else delete accepted.shortNames;
  take('kind', 'KindConflict', taken.kinds);
  take('listKind', 'ListKindConflict', taken.kinds);
  if ((spec.names.categories ?? []).length > 0) accepted.categories = [...(spec.names.categories as string[])];
  else delete accepted.categories;

  const [fault] = refused.slice(-1);
  const names: Condition =
    fault === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...fault };
  let conditions = withCondition(status?.conditions ?? [], names, now);
  // Once established, a definition stays so.
  if (!isEstablished(definition)) {
    const established: Condition =
      fault === undefined
        ? { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
        : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
    conditions = withCondition(conditions, established, now);
  }
  return { ...status, conditions, acceptedNames: inOrder(accepted), storedVersions: status?.storedVersions ?? [] };
}

export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') === true;
}

/** Conditions with one set; its time is that of the last change of its status. */
export function withCondition(conditions: readonly Condition[] | null, condition: Condition, now: number): Condition[] {
  const list = conditions ?? [];
  const before = list.find(({ type }) => type === condition.type);
  const { type, status, reason, message } = condition;
  const time = before?.status === status ? before.lastTransitionTime : undefined;
  const set: Condition = {
    type,
    status,
    lastTransitionTime: time ?? formatTime(now),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
  return before === undefined ? [...list, set] : list.map((one) => (one === before ? set : one));
}

function inOrder({
  plural,
  singular,
  shortNames,
  kind,
  listKind,
  categories,
}: CustomResourceDefinitionNames): CustomResourceDefinitionNames {
  return {
    plural,
    ...(singular === undefined ? {} : { singular }),
    ...(shortNames === undefined ? {} : { shortNames }),
    kind,
    ...(listKind === undefined ? {} : { listKind }),
    ...(categories === undefined ? {} : { categories }),
  };
}
