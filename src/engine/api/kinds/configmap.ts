import type { ConfigMap } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { defineKind, plainStrategy } from './define.ts';

export const configMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'ConfigMap',
  nameRule: 'dns-subdomain',
  strategy: plainStrategy<ConfigMap>({}),
  subresources: {},
  columns: [
    nameColumn(),
    column('Data', 'ConfigMap.data', ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
