import { describe, expect, it } from 'vitest';
import { DEPLOYMENTS } from '../../client/resources.ts';
import { AutoscalerWorld } from './autoscaler-test-cluster.ts';

const ABLE = "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale";
const NO_METRICS =
  'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';

describe('HorizontalPodAutoscalerController', () => {
  it('grows by what is measured, at most to the double, and says so', () => {
    const world = new AutoscalerWorld(3, {});
    world.usage = (): number => 150;
    expect(world.periods().replicas).toBe(6);
    expect(world.conditions()).toEqual([
      'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 6',
      'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      'ScalingLimited=True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate',
    ]);
    expect(world.events()).toEqual([
      'Normal SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target',
    ]);
    expect(world.statusOf()).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 6,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 150, averageValue: '150m' } } }],
    });
    // The new pods carry their share, the old ones too: the sum is still too much.
    expect(world.periods(2).replicas).toBe(10);
    expect(world.conditions()[2]).toBe(
      'ScalingLimited=True TooManyReplicas: the desired replica count is more than the maximum replica count',
    );
  });

  it('3 pods at 100 % of their requests with a target of 50 % become 6', () => {
    const world = new AutoscalerWorld(3, {});
    expect(world.periods().replicas).toBe(6);
  });

  it('leaves a tenth more or less alone', () => {
    const world = new AutoscalerWorld(4, {});
    world.usage = (): number => 55;
    expect(world.periods(3).replicas).toBe(4);
    world.usage = (): number => 45;
    expect(world.periods(30).replicas).toBe(4);
    expect(world.events()).toEqual([]);
    expect(world.conditions()[0]).toBe('AbleToScale=True ReadyForNewScale: recommended size matches current size');
  });

  it('takes the tolerance of a direction from its behavior', () => {
    const world = new AutoscalerWorld(4, { behavior: { scaleUp: { tolerance: '0' } } });
    world.usage = (): number => 55;
    expect(world.periods().replicas).toBe(5);
  });

  it('shrinks only after it has been recommended for five minutes', () => {
    const world = new AutoscalerWorld(2, {});
    world.periods(2);
    expect(world.replicas).toBe(8);
    world.usage = (): number => 10;
    world.periods();
    expect(world.conditions()[0]).toBe(
      'AbleToScale=True ScaleDownStabilized: recent recommendations were higher than current one, applying the highest recent recommendation',
    );
    world.periods(18);
    expect(world.replicas).toBe(8);
    world.periods(3);
    expect(world.replicas).toBe(2);
    expect(world.events().at(-1)).toBe('Normal SuccessfulRescale: New size: 2; reason: All metrics below target');
  });

  it('says what is missing where there is no metrics API, and does nothing', () => {
    const world = new AutoscalerWorld(3, {});
    world.served = false;
    world.periods(2);
    expect(world.conditions()).toEqual([
      ABLE,
      `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${NO_METRICS}`,
    ]);
    expect(world.events()).toEqual([
      `Warning FailedGetResourceMetric: ${NO_METRICS}`,
      `Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${NO_METRICS}`,
    ]);
    expect(world.statusOf()).toMatchObject({ currentReplicas: 3, desiredReplicas: 0 });
    expect(world.replicas).toBe(3);
  });

  it('needs requests to speak of utilization, and none for a mean value', () => {
    const world = new AutoscalerWorld(2, {}, { requests: undefined });
    world.periods();
    const [pod] = world.cluster.podsOf('web');
    expect(world.events()[0]).toBe(
      `Warning FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container c of Pod ${(pod?.metadata.name ?? '').replace(/^web-.*/, 'web-#')}`,
    );
    const memory = new AutoscalerWorld(
      2,
      { metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '25Mi' } } }] },
      { requests: undefined },
    );
    expect(memory.periods().replicas).toBe(4);
    expect(memory.events()).toEqual(['Normal SuccessfulRescale: New size: 4; reason: memory resource above target']);
    expect(memory.statusOf().currentMetrics).toEqual([
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '52428800' } } },
    ]);
  });

  it('measures one container of a pod', () => {
    const target = { type: 'Utilization', averageUtilization: 50 };
    const of = (container: string): AutoscalerWorld =>
      new AutoscalerWorld(2, { metrics: [{ type: 'ContainerResource', containerResource: { name: 'cpu', container, target } }] });
    expect(of('c').periods().events()).toEqual([
      'Normal SuccessfulRescale: New size: 4; reason: cpu container resource utilization (percentage of request) above target',
    ]);
    expect(of('d').periods().conditions()[1]).toMatch(
      /^ScalingActive=False FailedGetContainerResourceMetric: .* failed to get container metrics: container d not present in metrics for pod default\/web-/,
    );
  });

  it('keeps within bounds without asking for metrics, and sleeps at zero', () => {
    const above = new AutoscalerWorld(8, { maxReplicas: 5 });
    above.served = false;
    expect(above.periods().events()).toEqual([
      'Normal SuccessfulRescale: New size: 5; reason: Current number of replicas above Spec.MaxReplicas',
    ]);
    const below = new AutoscalerWorld(1, { minReplicas: 3 });
    expect(below.periods().events()).toEqual([
      'Normal SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    ]);
    expect(below.statusOf().currentMetrics).toBeNull();
    const asleep = new AutoscalerWorld(0, {});
    expect(asleep.periods().conditions()).toEqual([
      ABLE,
      'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    ]);
    expect(asleep.replicas).toBe(0);
  });

  it('tells which target it cannot find', () => {
    const world = new AutoscalerWorld(1, { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nothing' } });
    world.autoscale('odd', { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w' } });
    world.autoscale('ds', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web' } });
    world.periods();
    const failed = "AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale:";
    expect(world.conditions()).toEqual([`${failed} deployments.apps "nothing" not found`]);
    expect(world.conditions('odd')).toEqual([`${failed} no matches for kind "Widget" in group "example.com"`]);
    expect(world.conditions('ds')).toEqual([`${failed} the server could not find the requested resource`]);
    expect(world.statusOf()).toMatchObject({ desiredReplicas: 0, currentMetrics: null });
    expect(world.events()).toContain('Warning FailedGetScale: deployments.apps "nothing" not found');
  });

  it('stops where two of them count the same pods', () => {
    const world = new AutoscalerWorld(3, {});
    world.autoscale('other', {});
    world.periods(2);
    const message = 'pods by selector app=web are controlled by multiple HPAs: [default/other default/web]';
    expect(world.conditions()).toContain(`ScalingActive=False AmbiguousSelector: ${message}`);
    expect(world.events()).toContain(`Warning AmbiguousSelector: ${message}`);
    expect(world.events()).toContain(`Warning FailedComputeMetricsReplicas: ${message}`);
  });

  it('takes the highest of several metrics, and does not shrink while one of them fails', () => {
    const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '10Mi' } } };
    const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
    const queue = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '1' } } };
    const both = new AutoscalerWorld(2, { metrics: [cpu, memory] });
    expect(both.periods().events()).toEqual(['Normal SuccessfulRescale: New size: 4; reason: memory resource above target']);
    const growing = new AutoscalerWorld(2, { metrics: [queue, cpu] });
    growing.periods();
    expect(growing.replicas).toBe(4);
    expect(growing.statusOf().currentMetrics?.map(({ type }) => type)).toEqual(['', 'Resource']);
    const shrinking = new AutoscalerWorld(4, { metrics: [cpu, queue] });
    shrinking.usage = (): number => 10;
    shrinking.periods(30);
    expect(shrinking.replicas).toBe(4);
    expect(shrinking.events()).toContain(
      'Warning FailedGetExternalMetric: unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
    );
    expect(shrinking.events().join('\n')).toContain(
      'Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 2), first error is: failed to get queue external metric value: failed to get external metric queue: unable to get external metric default/queue/nil:',
    );
  });

  it('asks the custom and the external API for all other metrics', () => {
    const metric = { name: 'requests', selector: { matchLabels: { verb: 'GET' } } };
    const pods = new AutoscalerWorld(2, {
      metrics: [{ type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '20' } } }],
    });
    expect(pods.periods().conditions()[1]).toBe(
      'ScalingActive=False FailedGetPodsMetric: the HPA was unable to compute the replica count: unable to get metric requests: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    );
    pods.other = (): object => ({
      items: pods.cluster
        .podsOf('web')
        .map(({ metadata: { name } }) => ({ describedObject: { kind: 'Pod', name }, timestamp: '', value: '30' })),
    });
    expect(pods.periods().replicas).toBe(3);
    expect(pods.asked[0]).toBe(
      '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/requests?labelSelector=app%3Dweb&metricLabelSelector=verb%3DGET',
    );
    expect(pods.events().at(-1)).toBe('Normal SuccessfulRescale: New size: 3; reason: pods metric requests above target');

    const describedObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };
    const object = new AutoscalerWorld(2, { metrics: [{ type: 'Object', object: { describedObject, metric: { name: 'rps' }, target: { type: 'Value', value: '100' } } }] }); // prettier-ignore
    object.other = (): object => ({ items: [{ value: '150' }] });
    expect(object.periods().replicas).toBe(3);
    expect(object.asked[0]).toBe('/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/ingresses.networking.k8s.io/main/rps');
    expect(object.events().at(-1)).toBe('Normal SuccessfulRescale: New size: 3; reason: Ingress metric rps above target');

    const external = new AutoscalerWorld(2, { metrics: [{ type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '10' } } }] }); // prettier-ignore
    external.other = (): object => ({ items: [{ value: '20' }, { value: '15500m' }] });
    expect(external.periods().replicas).toBe(4);
    expect(external.asked[0]).toBe('/apis/external.metrics.k8s.io/v1beta1/namespaces/default/requests?labelSelector=verb%3DGET');
    expect(external.events().at(-1)).toBe(
      'Normal SuccessfulRescale: New size: 4; reason: external metric requests(&LabelSelector{MatchLabels:map[string]string{verb: GET,},MatchExpressions:[]LabelSelectorRequirement{},}) above target',
    );
    expect(external.statusOf().currentMetrics).toEqual([{ type: 'External', external: { metric, current: { averageValue: '17750m' } } }]);
  });

  it('wins against a size set by hand', () => {
    const world = new AutoscalerWorld(2, {});
    world.usage = (): number => 50;
    world.periods();
    world.admin.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 0 } });
    world.periods(2);
    expect(world.replicas).toBe(0);
    world.admin.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 4 } });
    world.cluster.run(1);
    world.started();
    world.usage = (): number => 100 / world.cluster.podsOf('web').length;
    world.periods(22);
    expect(world.replicas).toBe(2);
  });

  it('leaves a cluster quiet', () => {
    const world = new AutoscalerWorld(2, {});
    world.periods();
    const before = world.cluster.sim.now;
    world.cluster.settle();
    expect(world.cluster.sim.now - before).toBeLessThan(5000);
  });
});
