import { expect, it } from 'vitest';
import type { AuditEvent } from './apiserver/audit/event.ts';
import { ADMIN, openCluster } from './cluster.ts';
import { PODS } from './client/resources.ts';
import { OutsideClient } from './client/client.ts';
import type { NetworkNamespace } from './network/namespace.ts';
import { finish } from './os/finish.ts';
import type { HttpResponse } from './os/process.ts';
import { readAll } from './os/text.ts';
import type { Task } from './os/task.ts';
import { parseScenario } from './scenario.ts';

const AUDIT = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Request', users: ['kubernetes-admin'], resources: [{ resources: ['pods'] }] }],
};

it('every component of a cluster shows its metrics at its real port, to who may see them', () => {
  const scenario = parseScenario({ name: 'metrics', nodes: [{ name: 'worker-1' }], auditPolicy: AUDIT }, 'test');
  const cluster = openCluster({ scenario });
  const { sim } = cluster;
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  const pod = {
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 80 } } }] },
  };
  client.create(PODS, { apiVersion: 'v1', kind: 'Pod', ...pod });
  sim.runFor(60_000);

  const ask = (path: string, headers: Record<string, string> = {}): { code: number; headers: object; body: string } => {
    const { code, headers: given, body } = cluster.apiserver.answer({ method: 'GET', path, headers, credentials: ADMIN });
    return { code, headers: given, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };
  const apiserver = ask('/metrics');
  expect(apiserver.headers).toMatchObject({ 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  for (const line of [
    /^apiserver_request_total\{code="201",component="apiserver",dry_run="",group="",resource="pods",scope="resource",subresource="binding",verb="POST",version="v1"\} 3$/m,
    /^apiserver_resource_objects\{group="",resource="pods"\} \d+$/m,
    /^apiserver_longrunning_requests\{component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="WATCH",version="v1"\} [1-9]/m,
    /^apiserver_watch_events_total\{group="",resource="pods",version="v1"\} [1-9]/m,
    /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="system-node-high",priority_level="node-high"\} [1-9]/m,
    /^apiserver_admission_controller_admission_duration_seconds_count\{name="PodSecurity",operation="CREATE",rejected="false",type="validate"\} [1-9]/m,
    /^apiserver_audit_event_total [1-9]/m,
    /^etcd_requests_total\{group="",operation="create",resource="pods"\} [1-9]/m,
  ])
    expect([line, line.test(apiserver.body)]).toEqual([line, true]);
  expect(ask('/debug/api_priority_and_fairness/dump_priority_levels').body).toMatch(
    /^exempt, {12}0, {12}false,  false,       0,               1, /m,
  );

  // From a pod, with the token of a service account that may not, and then one that may.
  const socket = (cluster.network.at(client.get(PODS, 'default', 'web').status?.podIP ?? '') as NetworkNamespace).open();
  const master = client.list(PODS, { namespace: 'kube-system', labelSelector: 'component=etcd' }).items[0]?.status?.hostIP ?? '';
  const get = (url: string, token?: string): string => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const fetched = function* (): Task<string> {
      const answer: HttpResponse = yield* socket.http({ method: 'GET', url, headers, tls: { insecure: true } });
      return `${answer.status} ${yield* readAll(answer.body)}`;
    };
    try {
      return finish(sim, fetched());
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(get(`http://${master}:2381/metrics`)).toMatch(/^etcd_server_has_leader 1$/m);
  expect(get(`http://${master}:10249/metrics`)).toMatch(/^kubeproxy_sync_proxy_rules_service_changes_total [1-9]/m);
  expect(get(`https://${master}:10257/healthz`)).toBe('200 ok');
  expect(get(`https://${master}:10259/metrics`)).toContain('403 {"kind":"Status"');
  const rbac = 'rbac.authorization.k8s.io';
  const post = (path: string, body: object): { status?: { token?: string } } =>
    cluster.apiserver.answer({ method: 'POST', path, body, credentials: ADMIN }).body as { status?: { token?: string } };
  post(`/apis/${rbac}/v1/clusterroles`, {
    metadata: { name: 'scraper' },
    rules: [
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    ],
  });
  post(`/apis/${rbac}/v1/clusterrolebindings`, {
    metadata: { name: 'scraper' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'scraper' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  });
  const token = post('/api/v1/namespaces/default/serviceaccounts/default/token', {}).status?.token;
  const manager = get(`https://${master}:10257/metrics`, token);
  expect(manager).toMatch(/^leader_election_master_status\{name="kube-controller-manager"\} 1$/m);
  expect(manager).toMatch(/^workqueue_adds_total\{name="replicaset"\} [1-9]/m);
  expect(manager).toMatch(/^rest_client_requests_total\{code="201",host="192.168.0.10:6443",method="POST"\} [1-9]/m);
  expect(manager).toMatch(/^node_collector_zone_size\{zone=""\} 2$/m);
  expect(get(`https://${master}:10259/metrics`, token)).toMatch(/^scheduler_pending_pods\{queue="unschedulable"\} 0$/m);
  const node = client.get(PODS, 'default', 'web').status?.hostIP ?? '';
  expect(get(`https://${node}:10250/metrics/resource`, token)).toMatch(
    /^container_memory_working_set_bytes\{container="c",namespace="default",pod="web"\} [1-9]/m,
  );
  expect(get(`https://${node}:10250/metrics/resource`)).toBe('401 Unauthorized');

  const kubelet = ask('/api/v1/nodes/worker-1/proxy/metrics').body;
  expect(kubelet).toMatch(/^kubelet_running_pods [1-9]/m);
  expect(kubelet).toMatch(/^kubelet_started_containers_total\{container_type="container"\} [1-9]/m);
  expect(kubelet).toMatch(/^kubelet_pod_start_duration_seconds_count [1-9]/m);
  expect(ask('/api/v1/nodes/worker-1/proxy/metrics/probes').body).toMatch(
    /^prober_probe_total\{container="c",.*probe_type="Readiness",result="successful"\} [1-9]/m,
  );
  expect(ask('/api/v1/nodes/worker-1/proxy/metrics/cadvisor').body).toContain('container_spec_memory_limit_bytes{container="c"');

  const audited = sim.log.entries
    .filter(({ verb }) => verb === 'audit')
    .find(({ detail }) => (detail as AuditEvent).objectRef?.name === 'web');
  expect(audited?.detail).toMatchObject({
    level: 'Request',
    stage: 'ResponseComplete',
    objectRef: { resource: 'pods', namespace: 'default', name: 'web' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' },
  });
  // A component that does not run refuses connections, and counts anew afterwards.
  cluster.break({ fault: 'component-stopped', target: 'scheduler' }, false);
  expect(get(`https://${master}:10259/metrics`, token)).toContain('connection refused');
});
