import { textResponse } from './response.ts';
import type { HealthMetrics } from './filters/slis.ts';
import type { ApiResponse } from './types.ts';

// The checks of kube-apiserver, in its order.
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'peer-endpoint-reconciler-controller',
  'storage-readiness',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'apiservice-wait-for-first-sync',
  'kube-apiserver-autoregistration',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
].map((hook) => `poststarthook/${hook}`);
const TAIL = ['autoregister-completion'];
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', 'loopback-serving-certificate', ...HOOKS, ...TAIL],
  livez: ['ping', 'log', 'etcd', 'loopback-serving-certificate', ...HOOKS, ...TAIL],
  readyz: ['ping', 'log', 'informer-sync', ...HOOKS, ...TAIL, 'shutdown'],
};

/** Every path below and with the endpoints, for the index of paths. */
export const HEALTH_PATHS: readonly string[] = Object.entries(CHECKS).flatMap(([endpoint, checks]) => [
  `/${endpoint}`,
  ...checks.map((check) => `/${endpoint}/${check}`),
]);

/** `/healthz`, `/livez`, `/readyz`: `ok`, or each check with `?verbose`; each check at a path of its own. A server that answers is healthy. */
export function healthResponse(path: string, query: Readonly<Record<string, unknown>>, metrics?: HealthMetrics): ApiResponse | undefined {
  const [endpoint = '', ...rest] = path.split('/').slice(1);
  const checks = Object.hasOwn(CHECKS, endpoint) ? CHECKS[endpoint] : undefined;
  if (checks === undefined) return undefined;
  if (rest.length > 0) return checks.includes(rest.join('/')) ? textResponse(200, 'ok') : undefined;
  const exclude = new Set([query['exclude'] ?? []].flat() as string[]);
  for (const check of checks) if (!exclude.has(check)) metrics?.checked(endpoint, check, true);
  if (query['verbose'] === undefined) return textResponse(200, 'ok');
  const unknown = [...exclude].filter((name) => !checks.includes(name)).sort();
  const lines = checks.map((name) => (exclude.has(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`));
  const warn =
    unknown.length === 0
      ? []
      : [`warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(',')}`];
  return textResponse(200, `${[...lines, ...warn].join('\n')}\n${endpoint} check passed\n`);
}
