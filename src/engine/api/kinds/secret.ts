import type { Secret } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { secretWarnings, setSecretDefaults, validateSecret, validateSecretUpdate } from '../secret/rules.ts';
import { defineKind, plainStrategy } from './define.ts';

export const secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Secret',
  nameRule: 'dns-subdomain',
  defaults: setSecretDefaults,
  strategy: plainStrategy<Secret>({ create: validateSecret, update: validateSecretUpdate, warnings: secretWarnings }),
  subresources: {},
  fieldSelectors: { type: ({ type }) => type ?? '' },
  columns: [
    nameColumn(),
    column('Type', 'Secret.type', ({ type }) => type ?? ''),
    column('Data', 'Secret.data', ({ data = {} }) => Object.keys(data).length),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
