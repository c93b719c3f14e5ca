import { describe, expect, it } from 'vitest';
import { TestWorkstation } from '../test-workstation.ts';
import type { JsonObject } from '../values.ts';

// Expected texts are those that a real kubectl printed of the same objects.

const META = { namespace: 'default', creationTimestamp: '2026-01-05T08:00:00Z', uid: 'u' };

function described(resource: string, path: string, value: JsonObject, more: Readonly<Record<string, JsonObject>> = {}): string {
  const metadata = { ...META, ...(value['metadata'] as JsonObject) };
  const kind = resource.replace(/^.*\//, '');
  const name = String(metadata['name' as never]);
  const found = TestWorkstation.before([resource], { [`${path}/${name}`]: { ...value, kind, metadata }, ...more });
  const { out, err } = found.run(`kubectl describe ${resource.replace(/[./].*$/, '')} ${name}`);
  expect(err).toBe('');
  return out;
}

describe('kubectl describe', () => {
  it('breaks the rules of a Role down and sorts them as Go prints them', () => {
    const rules = [
      { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['*'] },
    ];
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';
    expect(described('roles.ns.rbac.authorization.k8s.io/Role', path, { metadata: { name: 'r' }, rules })).toBe(`Name:         r
Labels:       <none>
Annotations:  <none>
PolicyRule:
  Resources         Non-Resource URLs  Resource Names  Verbs
  ---------         -----------------  --------------  -----
  secrets           []                 [one]           [*]
  deployments       []                 []              [get list]
  pods              []                 []              [get list]
  deployments.apps  []                 []              [get list]
  pods.apps         []                 []              [get list]
`);
  });

  it('says what a NetworkPolicy lets through', () => {
    const spec = {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: { app: 'web' } } },
            {
              namespaceSelector: { matchLabels: { team: 'red' } },
              podSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] },
            },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
          ],
          ports: [
            { port: 5432, protocol: 'TCP' },
            { port: 6000, endPort: 6010, protocol: 'UDP' },
          ],
        },
        {},
      ],
    };
    const path = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies';
    expect(described('networkpolicies.ns.networking.k8s.io/NetworkPolicy', path, { metadata: { name: 'np' }, spec })).toBe(`Name:         np
Namespace:    default
Created on:   2026-01-05 08:00:00 +0000 UTC
Labels:       <none>
Annotations:  <none>
Spec:
  PodSelector:     app=db
  Allowing ingress traffic:
    To Port: 5432/TCP
    To Port Range: 6000-6010/UDP
    From:
      PodSelector: app=web
    From:
      NamespaceSelector: team=red
      PodSelector: x
    From:
      IPBlock:
        CIDR: 10.0.0.0/8
        Except: 10.1.0.0/16
    ----------
    To Port: <any> (traffic allowed to all ports)
    From: <any> (traffic not restricted by source)
  Allowing egress traffic:
    <none> (Selected pods are isolated for egress connectivity)
  Policy Types: Ingress, Egress
`);
  });

  it('counts the pods of a Job', () => {
    const spec = {
      parallelism: 1,
      completions: 2,
      completionMode: 'NonIndexed',
      suspend: false,
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
      template: {
        metadata: { labels: { 'job-name': 'ok' } },
        spec: { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', 'echo hi'] }] },
      },
    };
    const status = { startTime: '2026-01-05T08:00:00Z', completionTime: '2026-01-05T08:00:04Z', succeeded: 2, ready: 0 };
    const path = '/apis/batch/v1/namespaces/default/jobs';
    expect(described('jobs.ns.batch/Job', path, { metadata: { name: 'ok' }, spec, status })).toBe(`Name:             ok
Namespace:        default
Selector:         batch.kubernetes.io/controller-uid=u
Labels:           <none>
Annotations:      <none>
Parallelism:      1
Completions:      2
Completion Mode:  NonIndexed
Suspend:          false
Backoff Limit:    6
Start Time:       Mon, 05 Jan 2026 08:00:00 +0000
Completed At:     Mon, 05 Jan 2026 08:00:04 +0000
Duration:         4s
Pods Statuses:    0 Active (0 Ready) / 2 Succeeded / 0 Failed
Pod Template:
  Labels:  job-name=ok
  Containers:
   c:
    Image:      busybox:1.36
    Port:       <none>
    Host Port:  <none>
    Command:
      sh
      -c
      echo hi
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Events:            <none>
`);
  });

  it('lines up the metrics of an autoscaler', () => {
    const rule = (type: string, value: number): JsonObject => ({ type, value, periodSeconds: 15 });
    const spec = {
      maxReplicas: 4,
      minReplicas: 1,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nothing' },
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [rule('Pods', 4), rule('Percent', 100)] },
        scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Max', policies: [rule('Percent', 100)] },
      },
    };
    const path = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
    const resource = 'horizontalpodautoscalers.ns.autoscaling/HorizontalPodAutoscaler';
    const status = { currentMetrics: null, desiredReplicas: 0 };
    expect(described(resource, path, { metadata: { name: 'v2' }, spec, status }))
      .toBe(`Name:                                                                   v2
Namespace:                                                              default
Labels:                                                                 <none>
Annotations:                                                            <none>
CreationTimestamp:                                                      Mon, 05 Jan 2026 08:00:00 +0000
Reference:                                                              Deployment/nothing
Metrics:                                                                ( current / target )
  resource memory on pods:                                              <unknown> / 100Mi
  resource cpu of container "c" on pods  (as a percentage of request):  <unknown> / 50%
Min replicas:                                                           1
Max replicas:                                                           4
Behavior:
  Scale Up:
    Stabilization Window: 0 seconds
    Select Policy: Max
    Policies:
      - Type: Pods     Value: 4    Period: 15 seconds
      - Type: Percent  Value: 100  Period: 15 seconds
  Scale Down:
    Stabilization Window: 60 seconds
    Select Policy: Max
    Policies:
      - Type: Percent  Value: 100  Period: 15 seconds
Deployment pods:       0 current / 0 desired
Events:                <none>
`);
  });

  it('names what an Ingress leads to, or why to nothing', () => {
    const spec = {
      ingressClassName: 'nginx',
      defaultBackend: { service: { name: 'nothing', port: { number: 80 } } },
      tls: [{ hosts: ['a.example.com'], secretName: 't' }],
      rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { name: 'http' } } } }] } }],
    };
    const slices = {
      items: [{ ports: [{ name: 'http', port: 80 }], endpoints: [{ addresses: ['10.0.0.7'], conditions: { ready: true } }] }],
    };
    const out = described(
      'ingresses.ns.networking.k8s.io/Ingress',
      '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
      { metadata: { name: 'ing' }, spec },
      {
        '/api/v1/namespaces/default/services/web': { spec: { ports: [{ name: 'http', port: 80 }] } },
        '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices': slices,
      },
    );
    expect(out).toBe(`Name:             ing
Labels:           <none>
Namespace:        default
Address:          
Ingress Class:    nginx
Default backend:  nothing:80 (<error: "nothing" not found>)
TLS:
  t terminates a.example.com
Rules:
  Host           Path  Backends
  ----           ----  --------
  a.example.com  
                 /   web:http (10.0.0.7:80)
Annotations:     <none>
Events:          <none>
`);
  });

  it('tells a quota by what is used of what', () => {
    const status = { hard: { pods: '2', 'requests.cpu': '1' }, used: { pods: '0', 'requests.cpu': '600m' } };
    const quota = { metadata: { name: 'be' }, spec: { scopes: ['BestEffort'] }, status };
    expect(described('resourcequotas.ns/ResourceQuota', '/api/v1/namespaces/default/resourcequotas', quota)).toBe(`Name:       be
Namespace:  default
Scopes:     BestEffort
 * Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.
Resource      Used  Hard
--------      ----  ----
pods          0     2
requests.cpu  600m  1
`);
  });
});
