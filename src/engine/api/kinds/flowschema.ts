import { validateFlowSchema } from '../flowcontrol/flow-schema.ts';
import type { FlowSchema } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const flowSchema = v1Kind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'FlowSchema',
  resource: 'flowschemas',
  namespaced: false,
  defaults({ spec }) {
    if (spec !== undefined) spec.matchingPrecedence ||= 1000;
  },
  strategy: specStrategy<FlowSchema>({
    create: validateFlowSchema,
    update: (draft, _old, findings) => validateFlowSchema(draft, findings),
  }),
  subresources: { status: statusStrategy<FlowSchema>() },
  columns: [
    nameColumn(),
    column('PriorityLevel', 'PriorityLevelConfigurationReference.name', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
    column('MatchingPrecedence', 'FlowSchemaSpec.matchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0),
    column(
      'DistinguisherMethod',
      '`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.',
      ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    ),
    ageColumn(),
    column(
      'MissingPL',
      'references a broken or non-existent PriorityLevelConfiguration',
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
  fidelity: { level: 'modelled' },
});
