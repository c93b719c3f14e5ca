import type { Extras } from './compile.ts';
import { library } from './declarations.ts';
import { DYN, STRING, type Type } from './types.ts';

const OPERATION: Type = {
  kind: 'object',
  name: 'JSONPatch',
  field: (name) => (name === 'value' ? DYN : ['op', 'path', 'from'].includes(name) ? STRING : undefined),
};

/** An object, or a struct in one, of which nothing but its place is known: `Object.spec.template`. */
const placed = (name: string): Type => ({ kind: 'object', name, field: () => DYN });

/** What the expressions of mutations may make: `Object{…}` and `JSONPatch{…}`. */
export const PATCHES: Extras = {
  structs: (name) => (name === 'JSONPatch' ? OPERATION : name === 'Object' || name.startsWith('Object.') ? placed(name) : undefined),
  functions: library({
    'jsonpatch.escapeKey(string):string': (key: string) => key.replace(/[~/]/g, (sign) => (sign === '~' ? '~0' : '~1')),
  }),
};
