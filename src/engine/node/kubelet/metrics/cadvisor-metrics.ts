import type { Container } from '../../../api/generated/types.ts';
import { quantityMilli } from '../../../api/quantity.ts';
import { Registry } from '../../../metrics/registry.ts';
import { SECOND } from '../../../sim/time.ts';
import { runningContainers, type KubeletView, type RunningContainer } from './view.ts';

const CONTAINER = ['container', 'id', 'image', 'name', 'namespace', 'pod'];
// The kernel's default period of CFS, in microseconds.
const PERIOD = 100_000;

/** `/metrics/cadvisor`: the well-known families of the containers that run, without the cgroups above them. */
export function cadvisorMetrics(view: KubeletView): Registry {
  const registry = new Registry();
  const at = (): number => view.now();
  const show = (
    name: string,
    help: string,
    value: (one: RunningContainer) => number | undefined,
    type: 'counter' | 'gauge' = 'gauge',
  ): void =>
    registry.collect({ name: `container_${name}`, help, type, stability: '', labels: CONTAINER, at }, (emit) => {
      for (const one of runningContainers(view)) {
        const measured = value(one);
        if (measured !== undefined) emit(measured, ...identity(one));
      }
    });
  const stats = ({ container: { id } }: RunningContainer): ReturnType<KubeletView['runtime']['stats']> => view.runtime.stats(id);
  registry.collect(
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'CPU time so far, in seconds.',
      type: 'counter',
      stability: '',
      labels: [...CONTAINER, 'cpu'],
      at,
    },
    (emit) => {
      for (const one of runningContainers(view)) emit(stats(one).cpuTime / SECOND, ...identity(one), 'total');
    },
  );
  show(
    'cpu_cfs_throttled_seconds_total',
    'CPU time that was wanted beyond the limit, in seconds.',
    (one) => (one.container.resources.cpuLimit === 0 ? undefined : stats(one).throttled / SECOND),
    'counter',
  );
  show('memory_working_set_bytes', 'Memory in use that cannot be given back.', (one) => stats(one).memory);
  show('memory_usage_bytes', 'Memory in use.', (one) => stats(one).memory);
  show('memory_rss', 'Anonymous memory in use.', (one) => stats(one).memory);
  show('start_time_seconds', 'When it started, in seconds since 1970.', ({ container }) => (container.startedAt ?? 0) / SECOND);
  show('last_seen', 'When it was last seen, in seconds since 1970.', () => Math.floor(view.now() / SECOND));
  show('spec_memory_limit_bytes', 'Limit of memory; 0 for none.', ({ container }) => container.resources.memoryLimit);
  show('spec_cpu_period', 'Period over which CPU is limited, in microseconds.', () => PERIOD);
  show('spec_cpu_quota', 'CPU time in a period, in microseconds.', ({ container: { resources } }) =>
    resources.cpuLimit === 0 ? undefined : (resources.cpuLimit / 1000) * PERIOD,
  );
  show('spec_cpu_shares', 'Weight when CPU is short.', (one) =>
    Math.max(2, Math.floor((quantityMilli(resourcesOf(one)?.requests?.['cpu'] ?? '0') * 1024) / 1000)),
  );
  show(
    'oom_events_total',
    'Times it was killed for want of memory.',
    ({ container: { reason } }) => (reason === 'OOMKilled' ? 1 : 0),
    'counter',
  );
  const machine = (name: string, help: string, value: number): void =>
    registry.collect({ name: `machine_${name}`, help, stability: '', labels: [] }, (emit) => emit(value));
  machine('cpu_cores', 'CPUs of the machine.', view.capacity.cpu);
  machine('memory_bytes', 'Memory of the machine.', view.capacity.memory);
  return registry;
}

function identity({ pod, container }: RunningContainer): string[] {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const quality = (pod.status?.qosClass ?? 'BestEffort').toLowerCase();
  // The systemd driver's names: a guaranteed pod stands beside the slices of the others.
  const tier = quality === 'guaranteed' ? '' : `-${quality}`;
  const parent = tier === '' ? '' : `kubepods${tier}.slice/`;
  const group = `/kubepods.slice/${parent}kubepods${tier}-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${container.id}.scope`;
  return [container.config.name, group, container.image, container.id, namespace, name];
}

function resourcesOf({ pod, container }: RunningContainer): Container['resources'] {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers].find(({ name }) => name === container.config.name)?.resources;
}
