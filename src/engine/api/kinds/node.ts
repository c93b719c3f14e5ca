import type { Node } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { nodeWarnings, setNodeDefaults, validateNode, validateNodeUpdate } from '../node/validate.ts';
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
  defaults: setNodeDefaults,
  strategy: plainStrategy<Node>({
    create: validateNode,
    update: validateNodeUpdate,
    warnings: nodeWarnings,
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
    },
  }),
  subresources: { status: statusStrategy<Node>({ update: (node, _old, findings) => validateNode(node, findings) }), others: ['proxy'] },
  fieldSelectors: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  columns: nodeColumns,
  fidelity: {
    level: 'partial',
  },
});
