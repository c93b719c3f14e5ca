import { validateEndpoints } from '../endpoints/validate.ts';
import type { Endpoints } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, listWithMore, nameColumn } from '../printing/column.ts';
import { defineKind, plainStrategy } from './define.ts';

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Endpoints',
  nameRule: 'dns-subdomain',
  defaults(draft) {
    for (const { ports = [] } of draft.subsets ?? []) for (const port of ports) port.protocol ||= 'TCP';
  },
  strategy: plainStrategy<Endpoints>({ create: validateEndpoints, update: (draft, _old, findings) => validateEndpoints(draft, findings) }),
  subresources: {},
  columns: [nameColumn(), column('Endpoints', 'Endpoints.subsets', addresses), ageColumn()],
  fidelity: { level: 'modelled' },
});

function addresses({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`))),
  );
  return listWithMore(all, 3);
}
