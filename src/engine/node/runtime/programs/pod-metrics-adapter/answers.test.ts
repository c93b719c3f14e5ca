import { expect, it } from 'vitest';
import type { ApiObject } from '../../../../api/meta.ts';
import { SECOND } from '../../../../sim/time.ts';
import { answerMetrics, readPath } from './answers.ts';
import { readAdapterFlags } from './flags.ts';
import { readSamples, SeriesStore } from './series.ts';

const PAGE = (requests: number): string => `# TYPE http_requests_total counter
http_requests_total{status="200",service="web"} ${requests}
http_requests_total{status="500",service="web"} ${requests / 10}
# TYPE queue_length gauge
queue_length{queue="mail \\"a\\""} 7
`;

function ask(path: string, query: Record<string, string> = {}, method = 'GET'): { status: number; body: unknown } {
  const series = new SeriesStore(60 * SECOND, 15 * SECOND);
  // It starts again between the second and the third look.
  for (const [i, requests] of [100, 130, 20, 50].entries())
    for (const pod of ['web-1', 'web-2']) series.add('default', pod, readSamples(PAGE(requests)), i * 15 * SECOND);
  const pod = (name: string, labels: Record<string, string>): [string, ApiObject] => [
    `default/${name}`,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels } },
  ];
  const known = { now: 50 * SECOND, series, pods: new Map([pod('web-1', { app: 'web' }), pod('web-2', {})]) };
  const asked = readPath(path);
  if (asked === undefined) return { status: 404, body: undefined };
  const { status, body } = answerMetrics(known, method, asked, query);
  return { status, body: JSON.parse(body as string) as unknown };
}

const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';

it('tells of pods that a selector takes, a counter as what it grows by in a second', () => {
  // 30 + 20 + 30 in 45 s, and a tenth of it with the other status.
  expect(ask(`${CUSTOM}/namespaces/default/pods/*/http_requests`, { labelSelector: 'app=web' }).body).toEqual({
    kind: 'MetricValueList',
    apiVersion: 'custom.metrics.k8s.io/v1beta2',
    metadata: {},
    items: [
      {
        describedObject: { kind: 'Pod', namespace: 'default', name: 'web-1', apiVersion: '/v1' },
        metric: { name: 'http_requests', selector: null },
        timestamp: '1970-01-01T00:00:45Z',
        windowSeconds: 45,
        value: '1956m',
      },
    ],
  });
});

it.each([
  ['services/web', '3556m', { metricLabelSelector: 'status=200' }],
  ['services/web', '3911m', {}],
  ['pods/web-2', '1956m', {}],
])('tells of %s: %s', (object, value, query) => {
  expect(ask(`${CUSTOM}/namespaces/default/${object}/http_requests`, query).body).toMatchObject({ items: [{ value }] });
});

it('tells of a namespace, in the older version too, and of a metric by its name alone', () => {
  const older = ask('/apis/custom.metrics.k8s.io/v1beta1/namespaces/default/metrics/queue_length').body;
  expect(older).toMatchObject({
    items: [{ describedObject: { kind: 'Namespace', name: 'default' }, metricName: 'queue_length', value: '14' }],
  });
  const external = ask('/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue_length', { labelSelector: 'pod=web-1' }).body;
  expect(external).toMatchObject({
    kind: 'ExternalMetricValueList',
    items: [{ metricName: 'queue_length', metricLabels: {}, value: '7' }],
  });
});

it('lists what there is, and refuses what there is not', () => {
  const { body } = ask(CUSTOM);
  expect((body as { resources: { name: string }[] }).resources.map(({ name }) => name)).toEqual([
    'namespaces/http_requests',
    'pods/http_requests',
    'namespaces/queue_length',
    'pods/queue_length',
  ]);
  expect(ask(`${CUSTOM}/namespaces/default/pods/*/nothing`)).toMatchObject({
    status: 404,
    body: { message: 'the server could not find the metric nothing for pods' },
  });
  expect(ask(CUSTOM, {}, 'POST').status).toBe(405);
  expect(readPath('/apis/custom.metrics.k8s.io/v1')).toBeUndefined();
  expect(readAdapterFlags(['--rate-window=20s'])).toMatch(/twice/);
  expect(readAdapterFlags(['--prometheus-url=http://prometheus'])).toBe('unknown flag: --prometheus-url');
});
