import type { Node } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { nodeColumns } from '../printing/node.ts';
import { defineKind, keepStatus, plainStrategy, statusStrategy } from './define.ts';

export const node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'Node',
  nameRule: 'dns-subdomain',
  strategy: plainStrategy<Node>({
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
    },
  }),
  subresources: { status: statusStrategy<Node>(), others: ['proxy'] },
  fieldSelectors: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  columns: nodeColumns,
  fidelity: {
    level: 'partial',
    inert: { 'spec.configSource': 'kubelets take no configuration from the API', 'status.volumesAttached': 'no volumes are attached' },
  },
});
