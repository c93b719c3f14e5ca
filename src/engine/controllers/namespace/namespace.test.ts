import { expect, it } from 'vitest';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, SERVICE_ACCOUNTS } from '../../client/resources.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

function withTeam(): TestCluster {
  const cluster = new TestCluster();
  cluster.admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  cluster.settle();
  return cluster;
}

it('a new namespace gets its ServiceAccount and its root certificate, and gets them back', () => {
  const cluster = withTeam();
  const names = (): string[] =>
    [SERVICE_ACCOUNTS, CONFIG_MAPS].flatMap((resource) =>
      cluster.admin.list(resource, { namespace: 'team' }).items.map(({ metadata }) => metadata.name ?? ''),
    );
  expect(names()).toEqual(['default', 'kube-root-ca.crt']);
  cluster.admin.delete(SERVICE_ACCOUNTS, 'team', 'default');
  cluster.admin.delete(CONFIG_MAPS, 'team', 'kube-root-ca.crt');
  cluster.settle();
  expect(names()).toEqual(['default', 'kube-root-ca.crt']);
});

it('deleting a namespace empties it, pods first, and tells what it waits for', () => {
  const cluster = withTeam();
  cluster.admin.create(DEPLOYMENTS, {
    ...deploymentOf('web', { replicas: 2 }),
    metadata: { name: 'web', namespace: 'team', labels: { app: 'web' } },
  });
  const held = { name: 'held', namespace: 'team', finalizers: ['example.com/wait'] };
  cluster.admin.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: held });
  cluster.settle();
  cluster.admin.delete(NAMESPACES, undefined, 'team');
  cluster.run(60);
  const team = cluster.admin.get(NAMESPACES, undefined, 'team');
  expect(team.status?.phase).toBe('Terminating');
  expect(
    team.status?.conditions?.map(({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`),
  ).toEqual([
    'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
    'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
  ]);
  cluster.admin.patch(CONFIG_MAPS, 'team', 'held', { metadata: { finalizers: null } }, { type: 'merge' });
  cluster.run(60);
  expect(cluster.admin.list(NAMESPACES).items.map(({ metadata }) => metadata.name)).not.toContain('team');
  expect(cluster.admin.list(DEPLOYMENTS).items).toEqual([]);
});
