import { ALL_VERBS, type Kind } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { defineKind } from './define.ts';

type Given = 'group' | 'kind' | 'resource' | 'namespaced' | 'strategy' | 'columns' | 'fidelity';

/** A kind that is like most: v1, all verbs, named by its own name in lower case, a subdomain as its objects' names. */
export function v1Kind<T extends ApiObject>(parts: Pick<Kind<T>, Given> & Partial<Kind<T>>): Kind {
  return defineKind<T>({
    version: 'v1',
    singular: parts.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    schema: parts.kind,
    nameRule: 'dns-subdomain',
    subresources: {},
    ...parts,
  });
}
