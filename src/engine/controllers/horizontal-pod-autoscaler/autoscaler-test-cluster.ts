import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus } from '../../api/generated/types.ts';
import type { ApiRequest, ApiResponse } from '../../apiserver/types.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../client/resources.ts';
import { formatTime } from '../../sim/time.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

type Spec = HorizontalPodAutoscaler['spec'];

/** A Deployment, an autoscaler over it, and metrics APIs that say what the test wants. */
export class AutoscalerWorld {
  /** What the pods use, in thousandths of a CPU; undefined: the pod is not measured. */
  usage: (pod: string, index: number) => number | undefined = () => 100;
  /** Answers of other metrics by path. Without it there are no such APIs. */
  other: ((path: string, query: ApiRequest['query']) => object | undefined) | undefined;
  /** Whether `metrics.k8s.io` is served. */
  served = true;
  readonly asked: string[] = [];
  readonly cluster: TestCluster;

  constructor(
    replicas: number,
    spec: Partial<Spec>,
    options: { requests?: Record<string, string> | undefined } = { requests: { cpu: '100m' } },
  ) {
    this.cluster = new TestCluster({ refuse: (request) => this.#answer(request) });
    const { requests } = options;
    const container = { name: 'c', image: 'nginx', ...(requests === undefined ? {} : { resources: { requests } }) };
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
    this.cluster.apply(deploymentOf('web', { replicas, template }));
    this.cluster.settle();
    this.started();
    this.autoscale('web', spec);
  }

  get admin(): TestCluster['admin'] {
    return this.cluster.admin;
  }

  autoscale(name: string, spec: Partial<Spec>): void {
    this.admin.create(HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
        ...spec,
      },
    });
    // Between the turns of the autoscaler.
    this.cluster.run(1);
  }

  /** All pods have been running for so long that what they use counts. */
  started(): void {
    const startTime = formatTime(this.cluster.sim.now - 3_600_000);
    for (const { metadata, status } of this.cluster.podsOf('web'))
      if (status?.startTime === undefined && status?.phase === 'Running')
        this.admin.patch(PODS, 'default', metadata.name ?? '', { status: { startTime } }, { sub: 'status' });
  }

  /** So many periods of the autoscaler. New pods count from the next one on. */
  periods(count = 1): this {
    for (let i = 0; i < count; i++) {
      this.cluster.run(15);
      this.started();
    }
    return this;
  }

  get replicas(): number | undefined {
    return this.admin.get(DEPLOYMENTS, 'default', 'web').spec?.replicas;
  }

  statusOf(name = 'web'): HorizontalPodAutoscalerStatus {
    return this.admin.get(HORIZONTAL_POD_AUTOSCALERS, 'default', name).status ?? { desiredReplicas: 0 };
  }

  /** `Type=Status Reason: message`. */
  conditions(name = 'web'): string[] {
    return (this.statusOf(name).conditions ?? []).map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`,
    );
  }

  events(): string[] {
    return this.cluster.events('HorizontalPodAutoscaler');
  }

  #answer({ path, query }: ApiRequest): ApiResponse | undefined {
    const json = (body: object): ApiResponse => ({ code: 200, headers: { 'content-type': 'application/json' }, body });
    if (path.startsWith('/apis/metrics.k8s.io/') && this.served) return json({ kind: 'PodMetricsList', items: this.#pods(query) });
    const { other } = this;
    if (other === undefined) return undefined;
    if (path === '/apis') {
      const real = this.admin.transport.answer({
        method: 'GET',
        path,
        headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
        credentials: this.admin.credentials,
      });
      const { items } = real.body as unknown as { items: object[] };
      return json({ items: [...items, { metadata: { name: 'custom.metrics.k8s.io' }, versions: [{ version: 'v1beta2' }] }] });
    }
    if (!/^\/apis\/(custom|external)\.metrics\.k8s\.io\//.test(path)) return undefined;
    const asked = new URLSearchParams(query as Record<string, string> | undefined).toString();
    this.asked.push(asked === '' ? path : `${path}?${asked}`);
    const answer = other(path, query);
    return answer === undefined ? undefined : json(answer);
  }

  #pods(query: ApiRequest['query']): object[] {
    const pods = this.admin.list(PODS, { namespace: 'default', labelSelector: String(query?.['labelSelector'] ?? '') }).items;
    const timestamp = formatTime(this.cluster.sim.now);
    return pods.flatMap(({ metadata, status }, index) => {
      const used = status?.phase === 'Running' ? this.usage(metadata.name ?? '', index) : undefined;
      if (used === undefined) return [];
      const containers = [{ name: 'c', usage: { cpu: `${used}m`, memory: '50Mi' } }];
      return [{ metadata: { name: metadata.name, namespace: 'default' }, timestamp, window: '15s', containers }];
    });
  }
}
