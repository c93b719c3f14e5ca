// How lists and maps of the built-in types are merged: patch strategies (strategic merge patch) and list types (server-side
// apply), read from `merge-table.ts` when first asked for.
import { MERGE_TABLE } from './merge-table.ts';

export type ListType = { readonly type: 'map'; readonly keys: readonly string[] } | { readonly type: 'set' } | { readonly type: 'atomic' };

/** The merge key of a list, `''` for a merged list of plain values, `undefined` for a list that a patch replaces. */
export function mergeKeyOf(type: string, field: string): string | undefined {
  return ruleOf(type, field)?.mergeKey;
}

/** `x-kubernetes-patch-strategy`, where a field has one. */
export function patchStrategyOf(type: string, field: string): string | undefined {
  const rule = ruleOf(type, field);
  if (rule?.replace === true) return 'replace';
  if (rule?.mergeKey !== undefined) return rule.retainKeys ? 'merge,retainKeys' : 'merge';
  return rule?.retainKeys === true ? 'retainKeys' : undefined;
}

export function listTypeOf(type: string, field: string): ListType | undefined {
  return ruleOf(type, field)?.list;
}

/** Structs that server-side apply owns as a whole. */
export const isAtomicType = (type: string): boolean => rules().atomic.has(type);
export const isAtomicMap = (type: string, field: string): boolean => ruleOf(type, field)?.whole === true;

interface Rule {
  readonly list: ListType | undefined;
  readonly whole: boolean;
  readonly mergeKey: string | undefined;
  readonly retainKeys: boolean;
  /** A strategic patch replaces the map. */
  readonly replace: boolean;
}

interface Rules {
  readonly atomic: ReadonlySet<string>;
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, Rule>>;
}

let known: Rules | undefined;

function rules(): Rules {
  return (known ??= parse(MERGE_TABLE));
}

function ruleOf(type: string, field: string): Rule | undefined {
  return rules().fields.get(type)?.get(field);
}

function parse(table: string): Rules {
  const atomic = new Set<string>();
  const fields = new Map<string, Map<string, Rule>>();
  for (const line of table.trim().split('\n')) {
    const [type = '', ...tokens] = line.split(' ');
    if (tokens[0] === '^') atomic.add(type);
    const own = new Map<string, Rule>();
    for (const token of tokens) {
      const match = /^(\w+)=([\w,]*)(?:\*(\w*))?([!~]?)$/.exec(token);
      if (match === null) continue;
      const [, field = '', list = '', mergeKey, retain] = match;
      own.set(field, { list: listType(list), whole: list === 'whole', mergeKey, retainKeys: retain === '!', replace: retain === '~' });
    }
    fields.set(type, own);
  }
  return { atomic, fields };
}

function listType(text: string): ListType | undefined {
  if (text === '' || text === 'whole') return undefined;
  return text === 'atomic' || text === 'set' ? { type: text } : { type: 'map', keys: text.split(',') };
}
