import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { Simulation } from '../../../sim/simulation.ts';
import { CriError, type ImageInfo, type RuntimeContainer, type RuntimeService, type Sandbox } from '../../runtime/cri.ts';
import { ObservedImages, ObservedRuntime } from './observed-runtime.ts';
import { KubeletPages } from './pages.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: '12-34', creationTimestamp: '2026-01-05T08:59:58Z' },
  spec: {
    initContainers: [{ name: 'init', image: 'busybox' }],
    containers: [{ name: 'app', image: 'nginx', resources: { requests: { cpu: '250m' }, limits: { cpu: '500m' } } }],
  },
  status: { phase: 'Pending', qosClass: 'Burstable' },
} as unknown as Pod;

function world(): { sim: Simulation; pages: KubeletPages; runtime: ObservedRuntime; images: ObservedImages } {
  const sim = new Simulation({ seed: 1 });
  const container = (id: string, name: string, state: string): RuntimeContainer =>
    ({
      id,
      sandboxId: 's',
      config: { name, memoryLimit: 1024 },
      resources: { memoryLimit: 1024, cpuLimit: 500 },
      image: `docker.io/library/${name}:1`,
      state,
      startedAt: sim.start,
    }) as RuntimeContainer;
  const sandbox = { id: 's', config: { uid: '12-34' }, ready: true } as unknown as Sandbox;
  const containers = [container('c1', 'app', 'running'), container('c0', 'init', 'exited')];
  const inner = {
    listPodSandbox: () => [sandbox],
    podContainers: () => containers,
    containerStatus: (id: string) => containers.find((one) => one.id === id),
    stats: () => ({ memory: 5_000_000, cpu: 100, cpuTime: 1500, throttled: 250 }),
    runPodSandbox: () => sandbox,
    startContainer: (id: string) => {
      if (id === 'c2') throw new CriError('Unknown', 'no');
    },
  } as unknown as RuntimeService;
  const view = {
    nodeName: 'n1',
    capacity: { cpu: 4, memory: 8 },
    system: { cpu: 60, memory: 350 * 1024 * 1024 },
    runtime: inner,
    now: () => sim.now,
    startedAt: () => sim.start,
    pods: () => [pod],
  };
  const pages = new KubeletPages(view);
  const runtime = new ObservedRuntime({ sim, runtime: inner, metrics: pages.kubelet, podOf: () => pod });
  const pull = (_: string, done: (result: ImageInfo) => void): (() => void) => {
    sim.after(3000, () => done({ size: 50_000_000 } as ImageInfo));
    return () => {};
  };
  const images = new ObservedImages(
    sim,
    { imageStatus: () => undefined, listImages: () => [], removeImage: () => {}, pullImage: pull },
    pages.kubelet,
  );
  return { sim, pages, runtime, images };
}

describe('a kubelet', () => {
  it('tells metrics-server of containers, pods and its node, with the time', () => {
    const { sim, pages } = world();
    sim.runFor(10_000);
    const text = pages.page('/metrics/resource') ?? '';
    expect(text).toContain(`container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web"} 1.5 ${sim.now}\n`);
    expect(text).toContain(`pod_memory_working_set_bytes{namespace="shop",pod="web"} 5e+06 ${sim.now}\n`);
    // The pod's 1.5 s, and what the system uses in ten seconds.
    expect(text).toContain(`node_cpu_usage_seconds_total 2.1 ${sim.now}\n`);
    expect(text).toContain('resource_scrape_error 0\n');
    expect(text).not.toContain('container="init"');
  });

  it('shows the families of cAdvisor', () => {
    const text = world().pages.page('/metrics/cadvisor') ?? '';
    const labels =
      'container="app",id="/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_34.slice/cri-containerd-c1.scope",image="docker.io/library/app:1",name="c1",namespace="shop",pod="web"';
    expect(text).toContain(`container_spec_cpu_quota{${labels}} 50000 `);
    expect(text).toContain(`container_spec_cpu_shares{${labels}} 256 `);
    expect(text).toContain(`container_memory_working_set_bytes{${labels}} 5e+06 `);
    expect(text).toContain('machine_cpu_cores 4\n');
  });

  it('counts what it asks of the runtime, and how long pods take to start', () => {
    const { sim, pages, runtime, images } = world();
    runtime.runPodSandbox({ uid: '12-34' } as never);
    images.pullImage('app', () => {});
    sim.runFor(4000);
    runtime.startContainer('c0');
    runtime.startContainer('c1');
    expect(() => runtime.startContainer('c2')).toThrow('no');
    pages.kubelet.podSeen(pod);
    pages.kubelet.podSeen({ ...pod, status: { phase: 'Running' } });
    pages.kubelet.podSeen({ ...pod, status: { phase: 'Running' } });
    const text = pages.page('/metrics') ?? '';
    for (const line of [
      'kubelet_running_containers{container_state="running"} 1',
      'kubelet_running_pods 1',
      'kubelet_started_containers_total{container_type="container"} 1',
      'kubelet_started_containers_total{container_type="init_container"} 1',
      'kubelet_started_containers_errors_total{code="RunContainerError",container_type="container"} 1',
      'kubelet_runtime_operations_total{operation_type="start_container"} 3',
      'kubelet_runtime_operations_errors_total{operation_type="start_container"} 1',
      'kubelet_image_pull_duration_seconds_sum{image_size_in_bytes="10MB-100MB"} 3',
      'kubelet_pod_start_duration_seconds_sum 4',
      'kubelet_pod_start_total_duration_seconds_sum 6',
      'kubelet_pod_start_sli_duration_seconds_sum 3',
      'kubelet_pod_start_duration_seconds_count 1',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('counts probes', () => {
    const { pages } = world();
    pages.probes.probed(pod, 'app', 'readiness', 'failed', 1000);
    expect(pages.page('/metrics/probes')).toContain(
      'prober_probe_total{container="app",namespace="shop",pod="web",pod_uid="12-34",probe_type="Readiness",result="failed"} 1\n',
    );
    expect(pages.page('/metrics/nope')).toBeUndefined();
  });
});
