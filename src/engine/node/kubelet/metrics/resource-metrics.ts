import { Registry } from '../../../metrics/registry.ts';
import { SECOND } from '../../../sim/time.ts';
import { runningContainers, type KubeletView, type RunningContainer } from './view.ts';

/** `/metrics/resource`: what metrics-server reads. Every line says when it was true. */
export function resourceMetrics(view: KubeletView): Registry {
  const registry = new Registry();
  const at = (): number => view.now();
  const container = (name: string, help: string, type: 'counter' | 'gauge', value: (one: RunningContainer) => number): void =>
    registry.collect({ name, help, type, stability: 'STABLE', labels: ['container', 'namespace', 'pod'], at }, (emit) => {
      for (const one of runningContainers(view)) {
        const { namespace = '', name: pod = '' } = one.pod.metadata;
        emit(value(one), one.container.config.name, namespace, pod);
      }
    });
  const pod = (name: string, help: string, type: 'counter' | 'gauge', value: (one: RunningContainer) => number): void =>
    registry.collect({ name, help, type, stability: 'STABLE', labels: ['namespace', 'pod'], at }, (emit) => {
      const sums = new Map<string, { namespace: string; name: string; sum: number }>();
      for (const one of runningContainers(view)) {
        const { namespace = '', name: own = '', uid = '' } = one.pod.metadata;
        const entry = sums.get(uid);
        if (entry === undefined) sums.set(uid, { namespace, name: own, sum: value(one) });
        else entry.sum += value(one);
      }
      for (const { namespace, name: own, sum } of sums.values()) emit(sum, namespace, own);
    });
  const cpu = ({ container: { id } }: RunningContainer): number => view.runtime.stats(id).cpuTime / SECOND;
  const memory = ({ container: { id } }: RunningContainer): number => view.runtime.stats(id).memory;
  container('container_cpu_usage_seconds_total', 'CPU time of the container so far, in core-seconds.', 'counter', cpu);
  container('container_memory_working_set_bytes', 'Memory that the container cannot do without now.', 'gauge', memory);
  container(
    'container_start_time_seconds',
    'When the container started, in seconds since 1970.',
    'gauge',
    ({ container: { startedAt = 0 } }) => startedAt / SECOND,
  );
  pod('pod_cpu_usage_seconds_total', 'CPU time of the pod so far, in core-seconds.', 'counter', cpu);
  pod('pod_memory_working_set_bytes', 'Memory that the pod cannot do without now.', 'gauge', memory);
  const sum = (value: (one: RunningContainer) => number): number => {
    let total = 0;
    for (const one of runningContainers(view)) total += value(one);
    return total;
  };
  registry.collect(
    {
      name: 'node_cpu_usage_seconds_total',
      help: 'CPU time of the node so far, in core-seconds.',
      type: 'counter',
      stability: 'STABLE',
      labels: [],
      at,
    },
    (emit) => emit(sum(cpu) + ((view.now() - view.startedAt()) / SECOND) * (view.system.cpu / 1000)),
  );
  registry.collect(
    { name: 'node_memory_working_set_bytes', help: 'Memory that the node cannot do without now.', stability: 'STABLE', labels: [], at },
    (emit) => emit(sum(memory) + view.system.memory),
  );
  registry.collect(
    { name: 'resource_scrape_error', help: '1 where the containers could not be measured.', stability: 'STABLE', labels: [] },
    (emit) => emit(0),
  );
  return registry;
}
