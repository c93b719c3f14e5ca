import type { ConfigMap } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { frozenFields } from '../immutable.ts';
import { byteLength, isConfigMapKey } from '../names.ts';
import type { Findings } from '../validation.ts';
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
  strategy: plainStrategy<ConfigMap>({ create: validateConfigMap, update: validateUpdate }),
  subresources: {},
  columns: [
    nameColumn(),
    column('Data', 'ConfigMap.data', ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

/** All values together, in bytes. */
const LIMIT = 1024 * 1024;

function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap, findings: Findings): void {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    for (const problem of isConfigMapKey(key)) findings.invalid(`data[${key}]`, key, problem);
    if (key in binaryData) findings.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
    size += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    for (const problem of isConfigMapKey(key)) findings.invalid(`binaryData[${key}]`, key, problem);
    size += Math.floor((value.replace(/=+$/, '').length * 3) / 4);
  }
  if (size > LIMIT) findings.tooLong('[]', LIMIT);
}

function validateUpdate(map: ConfigMap, old: ConfigMap, findings: Findings): void {
  frozenFields(map, old, ['data', 'binaryData'], findings);
  validateConfigMap(map, findings);
}
