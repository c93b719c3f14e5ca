import { noteEmptied } from './emptied.ts';
import { canonicalQuantity, parseQuantity, formatQuantity } from './quantity.ts';
import { SCHEMA } from './known-types.ts';
import type { FieldSchema, TypeSchema } from './schema.ts';

/** All required fields of these are filled in; elsewhere validation has to see what is missing. */
const FILLED = new Set([
  'NodeSystemInfo',
  'NodeAddress',
  'NodeCondition',
  'PodCondition',
  'ContainerStatus',
  'Condition',
  'LimitRangeSpec',
  'CSINodeSpec',
]);

/** Whether the zero value of a field says something else than its absence. */
export function isPointer(type: string, field: string): boolean {
  return SCHEMA[type]?.pointers?.includes(field) ?? false;
}

/**
 * Brings a draft into the form in which the server keeps and shows objects: zero values dropped, quantities in their
 * canonical text, embedded structs present. In place.
 */
export function canonicalise(draft: object, type: string): void {
  visit(draft as Record<string, unknown>, planOf(type));
}

interface Field {
  readonly name: string;
  readonly schema: FieldSchema;
  /** Dropped when zero. */
  readonly omitEmpty: boolean;
  /** A scalar whose zero value means something. */
  readonly pointer: boolean;
  readonly nullWhenEmpty: boolean;
}
// Where defaults fill in what is missing, but an empty list is refused: Go tells nil from empty.
const EMPTY_IS_MEANT = new Set(['HPAScalingRules.policies']);

interface Plan {
  readonly fields: ReadonlyMap<string, Field>;
  readonly structs: readonly string[];
  /** Fields that are always written, with what they hold when nothing is set. */
  readonly zeros: readonly (readonly [string, null | string | number | boolean])[];
}
const plans = new Map<string, Plan>();

function planOf(type: string): Plan {
  let plan = plans.get(type);
  if (plan === undefined) {
    const schema: TypeSchema = SCHEMA[type] ?? { fields: {} };
    // A required text or list is left out: what is missing and what is empty are refused in different words here and there.
    const given = (name: string): boolean =>
      schema.always?.includes(name) === true &&
      !(schema.required?.includes(name) === true && ['string', 'array', 'map'].includes(schema.fields[name]?.type ?? ''));
    const always = (name: string): boolean => given(name) || (FILLED.has(type) && (schema.required ?? []).includes(name));
    const fields = new Map<string, Field>();
    for (const [name, field] of Object.entries(schema.fields)) {
      const path = `${type}.${name}`;
      const omitEmpty = !(schema.required ?? []).includes(name) && schema.always?.includes(name) !== true && !EMPTY_IS_MEANT.has(path);
      fields.set(name, {
        name,
        schema: field,
        omitEmpty,
        pointer: isPointer(type, name),
        nullWhenEmpty: always(name),
      });
    }
    const zeros = [...fields.values()].filter(({ name, schema: { type: kind } }) => always(name) && kind !== 'quantity' && kind !== 'ref');
    plan = {
      fields,
      structs: schema.structs ?? [],
      zeros: zeros.map(({ name, schema: { type: kind } }) => [
        name,
        kind === 'string' ? '' : kind === 'integer' ? 0 : kind === 'boolean' ? false : null,
      ]),
    };
    plans.set(type, plan);
  }
  return plan;
}

function visit(value: Record<string, unknown>, plan: Plan): void {
  for (const name of plan.structs) value[name] ??= {};
  for (const name in value) {
    const field = plan.fields.get(name);
    if (field === undefined) continue;
    const item = value[name];
    if (item === undefined || item === null) {
      delete value[name];
      continue;
    }
    const { schema } = field;
    switch (schema.type) {
      case 'ref':
        if (typeof item === 'object') visit(item as Record<string, unknown>, planOf(schema.ref));
        break;
      case 'array':
        if (Array.isArray(item) && item.length === 0) {
          if (field.nullWhenEmpty || field.omitEmpty) noteEmptied(value, name, item);
          if (field.nullWhenEmpty) value[name] = null;
          else if (field.omitEmpty) delete value[name];
        } else if (schema.items.type === 'ref' && Array.isArray(item)) {
          const plan = planOf(schema.items.ref);
          for (const element of item) if (typeof element === 'object' && element !== null) visit(element as Record<string, unknown>, plan);
        }
        break;
      case 'map':
        if (Object.keys(item).length === 0) {
          if (field.omitEmpty) {
            noteEmptied(value, name, item as object);
            delete value[name];
          }
        } else if (schema.items.type === 'quantity') {
          quantities(item as Record<string, unknown>, name);
        } else if (schema.items.type === 'ref') {
          const plan = planOf(schema.items.ref);
          for (const element of Object.values(item))
            if (typeof element === 'object' && element !== null) visit(element as Record<string, unknown>, plan);
        }
        break;
      case 'quantity':
        if (typeof item === 'string' || typeof item === 'number') value[name] = canonicalQuantity(String(item));
        break;
      case 'string':
      case 'boolean':
      case 'integer':
        if ((item === '' || item === false || item === 0) && field.omitEmpty && !field.pointer) delete value[name];
        break;
      default:
        break;
    }
  }
  for (const [name, zero] of plan.zeros) value[name] ??= zero;
}

const RESOURCE_LISTS = new Set([
  'limits', 'requests', 'capacity', 'allocatable', 'hard', 'used', 'default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio', 'overhead',
]); // prettier-ignore

// Lists of resources keep no more than thousandths (SetDefaults_ResourceList).
function quantities(map: Record<string, unknown>, name: string): void {
  for (const key in map) {
    const text = String(map[key]);
    const quantity = parseQuantity(text);
    if (quantity === undefined) continue;
    if (RESOURCE_LISTS.has(name)) {
      const rest = quantity.nanos % 1_000_000n;
      if (rest !== 0n) {
        map[key] = formatQuantity({ ...quantity, nanos: quantity.nanos - rest + (quantity.nanos > 0n ? 1_000_000n : 0n) });
        continue;
      }
    }
    map[key] = formatQuantity(quantity);
  }
}
