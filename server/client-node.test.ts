import { CoreV1Api, KubeConfig, makeInformer, Watch, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCluster, type RunningCluster } from './start.ts';

describe('@kubernetes/client-node', { timeout: 30_000 }, () => {
  let running: RunningCluster;
  const config = new KubeConfig();
  let core: CoreV1Api;
  const create = (name: string): Promise<V1ConfigMap> =>
    core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name }, data: { a: 'b' } } });

  beforeAll(async () => {
    running = await startCluster({ nodes: 1, speed: 10 });
    config.loadFromString(running.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
  }, 60_000);
  afterAll(() => running?.close());

  test('lists', async () => {
    const nodes = await core.listNode();
    expect(nodes.items.map((node) => node.metadata?.name)).toEqual(['control-plane', 'worker-1']);
    await expect(core.readNamespacedPod({ namespace: 'default', name: 'nobody' })).rejects.toMatchObject({ code: 404 });
  });

  test('watches', async () => {
    const seen: string[] = [];
    const watch = await new Watch(config).watch(
      '/api/v1/namespaces/default/configmaps',
      {},
      (type, object: V1ConfigMap) => seen.push(`${type} ${object.metadata?.name}`),
      () => undefined,
    );
    await create('watched');
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'watched' });
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(expect.arrayContaining(['ADDED watched', 'DELETED watched']));
    watch.abort();
  });

  test('informs', async () => {
    await create('before');
    const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
      core.listNamespacedConfigMap({ namespace: 'default' }),
    );
    const added: string[] = [];
    informer.on('add', (object) => added.push(object.metadata?.name ?? ''));
    await informer.start();
    await create('after');
    await expect.poll(() => added, { timeout: 10_000 }).toEqual(expect.arrayContaining(['before', 'after']));
    expect(informer.get('after', 'default')?.data).toEqual({ a: 'b' });
    await informer.stop();
  });
});
