import type { Ingress } from '../generated/types.ts';
import { ingressWarnings, validateIngress, validateIngressStatus, validateIngressUpdate } from '../networking/ingress.ts';
import { ageColumn, column, listWithMore, nameColumn } from '../printing/column.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const ingress = v1Kind<Ingress>({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  resource: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  defaults({ spec }) {
    const backends = [
      spec?.defaultBackend,
      ...(spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
    ];
    for (const backend of backends) {
      // Has no omitempty: written as null where it is not set.
      const resource = backend?.resource as { apiGroup?: string | null } | undefined;
      if (resource !== undefined) resource.apiGroup ??= null;
    }
  },
  strategy: specStrategy<Ingress>({
    prepareForCreate(draft) {
      draft.status = { loadBalancer: {} };
    },
    create: validateIngress,
    update: validateIngressUpdate,
    warnings: ingressWarnings,
  }),
  subresources: { status: statusStrategy<Ingress>({ update: validateIngressStatus }) },
  columns: [
    nameColumn(),
    column(
      'Class',
      'The name of the IngressClass resource that should be used for additional configuration',
      ({ spec }) => spec?.ingressClassName ?? '<none>',
    ),
    column('Hosts', 'Hosts that incoming requests are matched against before the ingress rule', hosts),
    column('Address', 'Address is a list containing ingress points for the load-balancer', addresses),
    column('Ports', 'Ports of TLS configurations that open', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn(),
  ],
  fidelity: storedOnly('there is no ingress controller'),
});

function hosts({ spec }: Ingress): string {
  const names = (spec?.rules ?? []).map(({ host }) => host ?? '').filter((host) => host !== '');
  return names.length === 0 ? '*' : listWithMore(names, 3);
}

function addresses({ status }: Ingress): string {
  const all = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(all)].sort().join(',');
}
