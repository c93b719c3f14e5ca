import { validateEndpointSlice, validateEndpointSliceUpdate } from '../endpoints/validate-slice.ts';
import type { EndpointSlice } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, listWithMore, nameColumn } from '../printing/column.ts';
import { countChange, defineKind, plainStrategy } from './define.ts';

export const endpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  resource: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'EndpointSlice',
  nameRule: 'dns-subdomain',
  defaults(draft) {
    for (const port of draft.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  strategy: plainStrategy<EndpointSlice>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      countChange(draft, old, ({ metadata: { labels, annotations }, endpoints, ports, addressType }) => [
        labels,
        annotations,
        endpoints,
        ports,
        addressType,
      ]);
    },
    create: (slice, findings) => validateEndpointSlice(slice, findings),
    update: validateEndpointSliceUpdate,
    warnings: ({ addressType }, old) =>
      addressType === 'FQDN' && old === undefined ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
  }),
  subresources: {},
  columns: [
    nameColumn(),
    column('AddressType', 'EndpointSlice.addressType', ({ addressType }) => addressType),
    column('Ports', 'EndpointSlice.ports', ports),
    column(
      'Endpoints',
      'EndpointSlice.endpoints',
      ({ endpoints }) =>
        listWithMore(
          (endpoints ?? []).flatMap(({ addresses }) => addresses),
          3,
        ) || '<unset>',
    ),
    ageColumn(),
  ],
  fidelity: { level: 'partial' },
});

function ports({ ports }: EndpointSlice): string {
  return (
    listWithMore(
      (ports ?? []).map(({ port, name }) => (port !== undefined ? String(port) : name || '*')),
      3,
    ) || '<unset>'
  );
}
