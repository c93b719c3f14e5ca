import type { Deployment, Pod } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Resource } from '../client/client.ts';
import { CONFIG_MAPS, DAEMON_SETS, DEPLOYMENTS, JOBS, PODS, REPLICA_SETS, STATEFUL_SETS } from '../client/resources.ts';

/** All objects of a kind. */
export type All = <T extends ApiObject>(resource: Resource<T>) => readonly T[];

/** What has to be true once nothing is broken any more and the cluster has come to rest. */
export function check(all: All, nodes: readonly string[]): void {
  const pods = all(PODS);
  const owned = (owner: ApiObject): Pod[] =>
    pods.filter(
      ({ metadata, status }) =>
        metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === owner.metadata.uid) === true &&
        status?.phase !== 'Succeeded' &&
        status?.phase !== 'Failed',
    );
  for (const replicaSet of all(REPLICA_SETS)) {
    const wanted = replicaSet.spec?.replicas ?? 1;
    const { replicas, readyReplicas = 0 } = replicaSet.status ?? {};
    agree([owned(replicaSet).length, replicas, readyReplicas], [wanted, wanted, wanted], nameOf(replicaSet));
  }
  for (const deployment of all(DEPLOYMENTS)) {
    const wanted = deployment.spec?.replicas ?? 1;
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
    agree([replicas, updatedReplicas, availableReplicas], [wanted, wanted, wanted], nameOf(deployment));
  }
  for (const set of all(STATEFUL_SETS)) {
    const names = Array.from({ length: set.spec?.replicas ?? 1 }, (_, i) => `${set.metadata.name ?? ''}-${i}`);
    const found = owned(set).map(({ metadata }) => metadata.name ?? '');
    agree([found.toSorted(), set.status?.readyReplicas ?? 0], [names, names.length], nameOf(set));
  }
  for (const set of all(DAEMON_SETS)) {
    const found = owned(set).map(({ spec }) => spec?.nodeName ?? '');
    agree([found.toSorted(), set.status?.numberReady], [nodes, nodes.length], nameOf(set));
  }
  for (const job of all(JOBS)) {
    const { conditions = [], succeeded = 0, active = 0, uncountedTerminatedPods } = job.status ?? {};
    const ends = conditions.filter(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
    agree(ends.length, 1, `the ends of ${nameOf(job)}`);
    if (ends[0]?.type === 'Complete') agree(succeeded, job.spec?.completions ?? 1, `what ${nameOf(job)} has completed`);
    agree([active, uncountedTerminatedPods ?? {}], [0, {}], nameOf(job));
  }
  const kinds = [CONFIG_MAPS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, JOBS, PODS] as readonly Resource<Deployment>[];
  for (const resource of kinds)
    for (const object of all(resource))
      agree(object.metadata.deletionTimestamp ?? 'none', 'none', `the deletion of ${nameOf(object)}, which is never gone`);
  for (const pod of pods) agree(pod.metadata.finalizers ?? [], [], `finalizers of ${nameOf(pod)}, which is never let go`);
  identities(pods);
}

/** Something is not as it was asked for. */
export class Disagreement extends Error {}

function agree(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Disagreement(`${what}: ${one}, where ${other} was expected`);
}

/** No address and no identity twice. */
function identities(pods: readonly Pod[]): void {
  const alive = pods.filter(({ status }) => status?.phase === 'Running');
  for (const each of [(pod: Pod) => pod.status?.podIP, (pod: Pod) => pod.metadata.uid]) {
    const values = alive.map(each);
    agree(new Set(values).size, values.length, `identities of pods, ${values.join(' ')}`);
  }
}

function nameOf({ kind, metadata }: ApiObject): string {
  return `${kind} ${metadata.name ?? ''}`;
}
