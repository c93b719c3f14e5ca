import { formatTime } from '../../sim/time.ts';
import { checkName } from '../checks.ts';
import type { APIService } from '../generated/types.ts';
import { isDNS1035Label, isDNS1123Subdomain, isPortNumber } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const CONDITION_STATUSES = ['True', 'False', 'Unknown'];

export const apiService = v1Kind<APIService>({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  resource: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  nameRule: 'path-segment',
  defaults({ spec }) {
    if (spec?.service !== undefined) spec.service.port ??= 443;
  },
  strategy: plainStrategy<APIService>({
    prepareForCreate(draft, { now }) {
      draft.status = {};
      if (draft.spec?.service !== undefined) return;
      draft.status = {
        conditions: [
          {
            type: 'Available',
            status: 'True',
            lastTransitionTime: formatTime(now),
            reason: 'Local',
            message: 'Local APIServices are always available',
          },
        ],
      };
    },
    prepareForUpdate: keepStatus,
    create: validateService,
    update: (draft, _old, findings) => validateService(draft, findings),
  }),
  subresources: {
    status: statusStrategy<APIService>({
      keepLabels: true,
      update({ status }, _old, findings) {
        for (const [index, { status: holds = '' }] of (status?.conditions ?? []).entries())
          if (!CONDITION_STATUSES.includes(holds)) findings.notSupported(`status.conditions[${index}].status`, holds, CONDITION_STATUSES);
      },
    }),
  },
  fieldSelectors: {},
  columns: [
    nameColumn(),
    column('Service', 'The reference to the service that hosts this API endpoint.', ({ spec }) =>
      spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
    ),
    column('Available', 'Whether this service is available.', ({ status }) => {
      const one = status?.conditions?.find(({ type }) => type === 'Available');
      return one === undefined ? 'Unknown' : one.status === 'True' ? 'True' : `${one.status} (${one.reason ?? ''})`;
    }),
    ageColumn(),
  ],
  fidelity: {
    level: 'partial',
    inert: {
      'spec.groupPriorityMinimum': 'groups are listed in the order of their names',
      'spec.versionPriority': 'versions are listed in the order of their names',
    },
  },
});

function validateService({ metadata, spec }: APIService, findings: Findings): void {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service, caBundle, insecureSkipTLSVerify } = spec ?? {};
  const wanted = `${version}.${group}`;
  // What is no name at all has been refused for that.
  if (metadata.name && !/[%/]/.test(metadata.name) && metadata.name !== wanted)
    findings.invalid('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`);
  if (group === '') {
    if (version !== 'v1') findings.required('spec.group', 'only v1 may have an empty group and it better be legacy kube');
  } else checkName(group, 'spec.group', isDNS1123Subdomain, findings);
  checkName(version, 'spec.version', isDNS1035Label, findings);
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000)
    findings.invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000');
  if (versionPriority <= 0 || versionPriority > 1000)
    findings.invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000');
  if (service === undefined) {
    if ((caBundle ?? '') !== '')
      findings.invalid('spec.caBundle', `${caBundle?.length ?? 0} bytes`, 'local APIServices may not have a caBundle');
    if (insecureSkipTLSVerify === true)
      findings.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  if (!service.namespace) findings.required('spec.service.namespace');
  if (!service.name) findings.required('spec.service.name');
  for (const problem of isPortNumber(service.port ?? 0))
    findings.invalid('spec.service.port', service.port ?? 0, `port is not valid: ${problem}`);
  if (insecureSkipTLSVerify === true && (caBundle ?? '') !== '')
    findings.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present');
}
