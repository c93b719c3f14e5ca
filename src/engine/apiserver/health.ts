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
const ETCD = ['etcd', 'etcd-readiness'];
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', 'loopback-serving-certificate', ...HOOKS, ...TAIL],
  livez: ['ping', 'log', 'etcd', 'loopback-serving-certificate', ...HOOKS, ...TAIL],
  readyz: ['ping', 'log', ...ETCD, 'informer-sync', ...HOOKS, ...TAIL, 'shutdown'],
};

/** Every path below and with the endpoints, for the index of paths. The recorded index has none for what `readyz` asks of etcd. */
export const HEALTH_PATHS: readonly string[] = Object.entries(CHECKS).flatMap(([endpoint, checks]) => [
  `/${endpoint}`,
  ...checks.filter((check) => endpoint !== 'readyz' || !ETCD.includes(check)).map((check) => `/${endpoint}/${check}`),
]);

/**
 * `/healthz`, `/livez`, `/readyz`: `ok`, or each check with `?verbose` and where one fails; each check at a path of its own. A server
 * that answers is healthy but for what it needs of etcd.
 */
export function healthResponse(
  path: string,
  query: Readonly<Record<string, unknown>>,
  etcd: boolean,
  metrics?: HealthMetrics,
): ApiResponse | undefined {
  const [endpoint = '', ...rest] = path.split('/').slice(1);
  const checks = Object.hasOwn(CHECKS, endpoint) ? CHECKS[endpoint] : undefined;
  if (checks === undefined) return undefined;
  const good = (check: string): boolean => etcd || !ETCD.includes(check);
  if (rest.length > 0) {
    const check = rest.join('/');
    if (!checks.includes(check)) return undefined;
    return good(check) ? textResponse(200, 'ok') : textResponse(500, 'internal server error: context deadline exceeded\n');
  }
  const exclude = new Set([query['exclude'] ?? []].flat() as string[]);
  const run = checks.filter((check) => !exclude.has(check));
  for (const check of run) metrics?.checked(endpoint, check, good(check));
  const failed = !run.every(good);
  if (query['verbose'] === undefined && !failed) return textResponse(200, 'ok');
  const unknown = [...exclude].filter((name) => !checks.includes(name)).sort();
  const lines = checks.map((name) => {
    if (exclude.has(name)) return `[+]${name} excluded: ok`;
    return good(name) ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
  });
  const warn =
    unknown.length === 0
      ? []
      : [`warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(',')}`];
  return textResponse(failed ? 500 : 200, `${[...lines, ...warn].join('\n')}\n${endpoint} check ${failed ? 'failed' : 'passed'}\n`);
}
