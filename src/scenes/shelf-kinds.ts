/** A kind whose objects stand on the shelf: stored in the API, running nowhere. */
export interface ShelfKind {
  readonly kind: string;
  readonly resource: string;
  /** Name of its row. */
  readonly label: string;
  /** As kubectl abbreviates it. */
  readonly short: string;
}

/** In the order of their rows; owners stand above what they own. */
export const SHELF_KINDS: readonly ShelfKind[] = [
  { kind: 'Deployment', resource: 'deployments', label: 'Deployment', short: 'deploy' },
  { kind: 'ReplicaSet', resource: 'replicasets', label: 'ReplicaSet', short: 'rs' },
  { kind: 'ReplicationController', resource: 'replicationcontrollers', label: 'Repl.Controller', short: 'rc' },
  { kind: 'StatefulSet', resource: 'statefulsets', label: 'StatefulSet', short: 'sts' },
  { kind: 'DaemonSet', resource: 'daemonsets', label: 'DaemonSet', short: 'ds' },
  { kind: 'CronJob', resource: 'cronjobs', label: 'CronJob', short: 'cj' },
  { kind: 'Job', resource: 'jobs', label: 'Job', short: 'job' },
  { kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', label: 'Autoscaler', short: 'hpa' },
  { kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', label: 'Volume claim', short: 'pvc' },
  { kind: 'Service', resource: 'services', label: 'Service', short: 'svc' },
];

/** Rows that are there even while they are empty, so that the picture does not jump when the first object comes. */
export const ALWAYS: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet']);
