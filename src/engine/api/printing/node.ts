import type { Node } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import { ageColumn, column, nameColumn } from './column.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn(),
  column('Status', 'The status of the node', nodeStatus),
  column('Roles', 'The roles of the node', (node) => nodeRoles(node).join(',') || '<none>'),
  ageColumn(),
  column('Version', 'NodeSystemInfo.kubeletVersion', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column('Internal-IP', 'NodeStatus.addresses', (node) => addressOf(node, 'InternalIP'), { wide: true }),
  column('External-IP', 'NodeStatus.addresses', (node) => addressOf(node, 'ExternalIP'), { wide: true }),
  column('OS-Image', 'NodeSystemInfo.osImage', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', { wide: true }),
  column('Kernel-Version', 'NodeSystemInfo.kernelVersion', kernel, { wide: true }),
  column(
    'Container-Runtime',
    'NodeSystemInfo.containerRuntimeVersion',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
    { wide: true },
  ),
];

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

/** Roles of a node, from its labels, sorted. */
export function nodeRoles({ metadata }: Node): string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value !== '') roles.add(value);
  }
  return [...roles].sort();
}

function addressOf({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';
}

function kernel({ status }: Node): string {
  const { kernelVersion = '', architecture = '' } = status?.nodeInfo ?? {};
  if (kernelVersion === '') return '<unknown>';
  return architecture === '' ? kernelVersion : `${kernelVersion} (${architecture})`;
}
