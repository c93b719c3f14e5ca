import type { Service } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { serviceColumns } from '../printing/service.ts';
import { keepAllocated, setClusterIPs, setIpFamilies, setServiceDefaults } from '../service/defaults.ts';
import { serviceWarnings, validateService, validateServiceStatus, validateServiceUpdate } from '../service/validate.ts';
import { defineKind, keepStatus, plainStrategy, statusStrategy } from './define.ts';

export const service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Service',
  nameRule: 'dns-label',
  defaults: setServiceDefaults,
  strategy: plainStrategy<Service>({
    prepareForCreate(draft) {
      draft.status = { loadBalancer: {} };
      if (draft.spec !== undefined) {
        setClusterIPs(draft.spec);
        setIpFamilies(draft.spec);
      }
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      if (draft.spec !== undefined) keepAllocated(draft.spec, old.spec ?? {});
    },
    create: validateService,
    update: validateServiceUpdate,
    warnings: serviceWarnings,
  }),
  subresources: {
    status: statusStrategy<Service>({ update: (draft, _old, findings) => validateServiceStatus(draft, findings) }),
    others: ['proxy'],
  },
  fieldSelectors: { 'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '', 'spec.type': ({ spec }) => spec?.type ?? '' },
  columns: serviceColumns,
  fidelity: {
    level: 'partial',
    inert: {
      'spec.loadBalancerIP': 'there is no cloud to ask for load balancers',
      'spec.loadBalancerClass': 'there is no cloud to ask for load balancers',
      'spec.loadBalancerSourceRanges': 'there is no cloud to ask for load balancers',
      'spec.trafficDistribution': 'connections are spread without regard to zones',
    },
  },
});
