import type { Cloud } from '../../cloud/cloud.ts';
import type { NodeGroup } from '../../cloud/node-group.ts';

/** What the autoscaler sees of the cloud. */
export interface Groups extends Pick<Cloud, 'groupOf' | 'instance' | 'owns'> {
  readonly groups: readonly NodeGroup[];
}

/** `--nodes=least:most:name`: only these groups are looked after, between these sizes. Without any all are, as the cloud has them. */
export function managedGroups(cloud: Cloud, nodes: readonly string[]): Groups {
  if (nodes.length === 0) return cloud;
  const managed = nodes.flatMap((spec) => {
    const { min, max, name } = nodesSpec(spec) as NodesSpec;
    const group = cloud.groups.find((each) => each.spec.name === name);
    return group === undefined ? [] : [{ group, limited: between(group, min, max) }];
  });
  const limitedOf = (group: NodeGroup | undefined): NodeGroup | undefined => managed.find((each) => each.group === group)?.limited;
  return {
    groups: managed.map(({ limited }) => limited),
    groupOf: (providerID) => limitedOf(cloud.groupOf(providerID)),
    instance: (providerID) => cloud.instance(providerID),
    owns: (providerID) => limitedOf(cloud.groupOf(providerID)) !== undefined && cloud.owns(providerID),
  };
}

interface NodesSpec {
  readonly min: number;
  readonly max: number;
  readonly name: string;
}

/** dynamic.SpecFromString; a text says what is wrong. */
export function nodesSpec(spec: string): NodesSpec | string {
  const [least = '', most = '', ...name] = spec.split(':');
  if (name.length === 0) return `wrong nodes configuration: ${spec}`;
  const [min, max] = [Number(least), Number(most)];
  if (!/^\d+$/.test(least)) return `failed to set min size: ${least}, expected integer`;
  if (!/^\d+$/.test(most)) return `failed to set max size: ${most}, expected integer`;
  if (max < min) return 'invalid node group spec: max size must be greater or equal to min size';
  return { min, max, name: name.join(':') };
}

function between(group: NodeGroup, min: number, max: number): NodeGroup {
  return {
    spec: { ...group.spec, min, max },
    get targetSize() {
      return group.targetSize;
    },
    get instances() {
      return group.instances;
    },
    templateNode: () => group.templateNode(),
    increaseSize: (delta) => group.increaseSize(delta),
    decreaseTargetSize: (delta) => group.decreaseTargetSize(delta),
    deleteInstances: (ids) => group.deleteInstances(ids),
  };
}
