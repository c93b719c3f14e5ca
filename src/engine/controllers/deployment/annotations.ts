import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import { maxSurge, replicasOf } from './arithmetic.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** What a ReplicaSet does not inherit from its Deployment. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

// deployment_controller.go: maxRevHistoryLengthInChars.
const MAX_HISTORY_LENGTH = 2000;

export function revisionOf(object: Deployment | ReplicaSet): number {
  const text = object.metadata.annotations?.[REVISION];
  return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : 0;
}

/** SetNewReplicaSetAnnotations: the new ReplicaSet's annotations; the same object when nothing changes. */
export function newSetAnnotations(
  deployment: Deployment,
  current: Record<string, string>,
  revision: number,
  exists: boolean,
): Record<string, string> {
  const next = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!OWN.has(key)) next[key] = value;

  const oldRevision = current[REVISION];
  if ((oldRevision === undefined ? 0 : Number(oldRevision)) < revision) {
    next[REVISION] = String(revision);
    // A rollback re-uses this ReplicaSet: the revisions it stood for are kept.
    if (oldRevision !== undefined) next[REVISION_HISTORY] = withRevision(current[REVISION_HISTORY] ?? '', oldRevision);
  }
  if (!exists) Object.assign(next, replicasAnnotations(deployment));
  const changed = Object.keys(next).some((key) => next[key] !== current[key]);
  return changed ? next : current;
}

function withRevision(history: string, revision: string): string {
  let revisions = history === '' ? [] : history.split(',');
  while (revisions.length > 0 && [...revisions, revision].join(',').length > MAX_HISTORY_LENGTH) revisions = revisions.slice(1);
  return [...revisions, revision].join(',');
}

/** What proportional scaling needs to know later: the Deployment's size at the time. */
export function replicasAnnotations(deployment: Deployment): Record<string, string> {
  const desired = replicasOf(deployment);
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurge(deployment)) };
}

export function replicasAnnotationsOutdated(deployment: Deployment, rs: ReplicaSet): boolean {
  return Object.entries(replicasAnnotations(deployment)).some(([key, value]) => rs.metadata.annotations?.[key] !== value);
}

export function desiredReplicas(rs: ReplicaSet): number | undefined {
  return numberIn(rs, DESIRED_REPLICAS);
}

export function maxReplicas(rs: ReplicaSet): number | undefined {
  return numberIn(rs, MAX_REPLICAS);
}

function numberIn(rs: ReplicaSet, annotation: string): number | undefined {
  const text = rs.metadata.annotations?.[annotation];
  return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
}
