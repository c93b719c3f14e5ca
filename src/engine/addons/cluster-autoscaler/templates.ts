import type { DaemonSet, Node, Pod } from '../../api/generated/types.ts';
import type { NodeGroup } from '../../cloud/node-group.ts';
import type { Groups } from './managed-groups.ts';
import { isDaemonSetPod, isMirrorPod } from './pods.ts';
import { copyOf, type Snapshot } from './snapshot.ts';
import { hasTaint, lastingTaints, TO_BE_DELETED } from './taints.ts';

/** What one more machine of a group would be: its Node, and the pods that would be on it by themselves. */
export interface Template {
  readonly node: Node;
  readonly pods: readonly Pod[];
}

/**
 * MixedTemplateNodeInfoProvider: a ready Node of the group shows best what the next one will be like; without one the cloud tells,
 * and the pods of the DaemonSets that would go there are put on it.
 */
export function templates(
  cloud: Groups,
  nodes: readonly Node[],
  daemonSets: readonly DaemonSet[],
  snapshot: Snapshot,
): ReadonlyMap<string, Template> {
  const found = new Map<string, Template>();
  for (const group of cloud.groups) {
    const example = nodes.find(
      (node) =>
        cloud.groupOf(node.spec?.providerID) === group &&
        isReady(node) &&
        node.spec?.unschedulable !== true &&
        !hasTaint(node, TO_BE_DELETED),
    );
    found.set(group.spec.name, example === undefined ? ofCloud(group, daemonSets, snapshot) : ofNode(example, group, snapshot));
  }
  return found;
}

/** The same under another name, with pods of its own. */
export function namedLike({ node, pods }: Template, suffix: string): Template {
  const name = `${node.metadata.name ?? ''}-${suffix}`;
  const labels = { ...node.metadata.labels, 'kubernetes.io/hostname': name };
  return {
    node: { ...node, metadata: { ...node.metadata, name, uid: name, labels } },
    pods: pods.map((pod) => copyOf(pod, suffix)),
  };
}

export function isReady(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function ofNode(example: Node, { spec }: NodeGroup, snapshot: Snapshot): Template {
  const name = `template-node-for-${spec.name}`;
  const { providerID: _other, podCIDR: _range, podCIDRs: _ranges, unschedulable: _cordoned, ...rest } = example.spec ?? {};
  const node: Node = {
    ...example,
    metadata: { name, uid: name, labels: { ...example.metadata.labels, 'kubernetes.io/hostname': name } },
    spec: { ...rest, taints: lastingTaints(example.spec?.taints) },
  };
  const running = [...(snapshot.node(example.metadata.name ?? '')?.pods.values() ?? [])].map(({ pod }) => pod);
  return { node, pods: running.filter((pod) => isDaemonSetPod(pod) || isMirrorPod(pod)).map((pod) => copyOf(pod, 'template')) };
}

function ofCloud(group: NodeGroup, daemonSets: readonly DaemonSet[], snapshot: Snapshot): Template {
  const node = group.templateNode();
  const name = node.metadata.name ?? '';
  const pods: Pod[] = [];
  snapshot.fork();
  snapshot.addNode(node);
  for (const set of daemonSets) {
    const pod = podOf(set, name);
    // The scheduler's own plugins say whether the DaemonSet would have a pod there.
    if (snapshot.refusal(pod, name) === undefined) pods.push(pod);
  }
  snapshot.revert();
  return { node, pods };
}

function podOf({ metadata, spec }: DaemonSet, node: string): Pod {
  const { name = '', namespace = 'default', uid = name } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...spec?.template.metadata,
      name: `${name}-${node}`,
      namespace,
      uid: `${uid}-${node}`,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true }],
    },
    spec: { containers: [], ...spec?.template.spec },
  };
}
