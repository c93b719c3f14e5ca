import { expect, it } from 'vitest';
import type { Node, Pod } from '../api/generated/types.ts';
import { KINDS } from '../api/kinds/index.ts';
import { ApiServer } from '../apiserver/server.ts';
import { Client } from '../client/client.ts';
import { NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS } from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import { finish } from '../os/finish.ts';
import { Simulation } from '../sim/simulation.ts';
import { Scheduler } from './scheduler.ts';

it('counts attempts, queues and preemptions', () => {
  const sim = new Simulation({ seed: 1 });
  const server = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined });
  const client = new Client(server, 'test', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  const scheduler = new Scheduler({ sim, transport: server, leaderElect: false });
  finish(sim, client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }));
  finish(
    sim,
    client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }),
  );
  const capacity = { cpu: '1', memory: '1Gi', pods: '10' };
  finish(
    sim,
    client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity, allocatable: capacity } } as Node),
  );
  scheduler.start();
  const pod = (name: string, cpu: string, more: object = {}): void => {
    const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }];
    finish(
      sim,
      client.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers, tolerations: [{ operator: 'Exists' }], ...more },
      } as Pod),
    );
  };
  pod('fits', '500m');
  sim.runFor(1000);
  pod('too-big', '8');
  pod('held', '100m', { schedulingGates: [{ name: 'wait' }] });
  sim.runFor(1000);
  const text = scheduler.metrics.registry.text();
  for (const line of [
    'scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"} 1',
    'scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"} 1',
    'scheduler_pending_pods{queue="gated"} 1',
    'scheduler_pending_pods{queue="unschedulable"} 1',
    'scheduler_pod_scheduling_attempts_count 1',
    'scheduler_preemption_attempts_total 1',
    'scheduler_queue_incoming_pods_total{event="PodAdd",queue="active"} 2',
    'scheduler_unschedulable_pods{plugin="NodeResourcesFit",profile="default-scheduler"} 1',
    'scheduler_cache_size{type="nodes"} 1',
    'scheduler_goroutines{operation="binding"} 0',
    'scheduler_plugin_evaluation_total{extension_point="Filter",plugin="NodeResourcesFit",profile="default-scheduler"} 2',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="Filter",profile="default-scheduler",status="Success"} 2',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="PostFilter",profile="default-scheduler",status="Unschedulable"} 1',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="PreEnqueue",profile="default-scheduler",status="UnschedulableAndUnresolvable"} 1',
    'scheduler_framework_extension_point_duration_seconds_count{extension_point="Bind",profile="default-scheduler",status="Success"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  // Nobody was asked who had nothing to say of the pods.
  expect(text).not.toContain('plugin="NodeAffinity",profile=');
  expect(text).toMatch(/scheduler_scheduling_attempt_duration_seconds_sum\{profile="default-scheduler",result="scheduled"\} 0\.00\d/);
  scheduler.stop();
  scheduler.start();
  expect(scheduler.metrics.registry.text()).not.toContain('scheduler_schedule_attempts_total{');
});
