import type { Service } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import { formatLabels } from '../selector.ts';
import { ageColumn, column, nameColumn } from './column.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn(),
  column('Type', 'ServiceSpec.type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', 'ServiceSpec.clusterIP', ({ spec }) => (spec?.clusterIPs ?? [])[0] ?? '<none>'),
  column('External-IP', 'ServiceSpec.externalIPs', externalIP),
  column('Port(s)', 'ServiceSpec.ports', ports),
  ageColumn(),
  column('Selector', 'ServiceSpec.selector', ({ spec }) => formatLabels(spec?.selector), { wide: true }),
];

function externalIP({ spec, status }: Service): string {
  const given = (spec?.externalIPs ?? []).join(',');
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return given || '<none>';
    case 'LoadBalancer': {
      const balancer = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
      const all = [...balancer.sort(), ...(spec.externalIPs ?? [])];
      return all.join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function ports({ spec }: Service): string {
  const texts = (spec?.ports ?? []).map(({ port, nodePort, protocol = '' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(',') || '<none>';
}
