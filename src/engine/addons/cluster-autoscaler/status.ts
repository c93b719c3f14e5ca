import { dump } from 'js-yaml';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { ConfigMap } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { CONFIG_MAPS } from '../../client/resources.ts';
import type { NodeGroup } from '../../cloud/node-group.ts';
import type { Task } from '../../os/task.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import type { ClusterState, Readiness } from './cluster-state.ts';
import type { Flags } from './flags.ts';
import { goTime } from './go-text.ts';

const UPDATED = 'cluster-autoscaler.kubernetes.io/last-updated';
// clusterstate.maxErrorMessageSize.
const LONGEST_MESSAGE = 500;

interface Condition {
  readonly status: string;
  readonly lastProbeTime: string | null;
  readonly lastTransitionTime: string | null;
}

/** What ConfigMap `cluster-autoscaler-status` says, in the form that v1.30 brought (clusterstate/api/types.go). */
export class Status {
  /** By place: since when a condition is what it is. */
  readonly #last = new Map<string, Condition>();

  constructor(
    readonly state: ClusterState,
    readonly flags: Flags,
  ) {}

  /** `candidates`: nodes of each group that nobody needs, as they were found at `probedAt`. */
  text(now: Millis, candidates: ReadonlyMap<string, number>, probedAt: Millis | undefined): string {
    const { state } = this;
    const nodeGroups = state.cloud.groups.map((group) => this.#group(group, now, candidates.get(group.spec.name) ?? 0, probedAt));
    const inProgress = nodeGroups.some(({ scaleUp }) => scaleUp.status === 'InProgress');
    const all = [...candidates.values()].reduce((sum, count) => sum + count, 0);
    return yaml({
      time: goTime(now),
      autoscalerStatus: 'Running',
      clusterWide: {
        health: {
          ...this.#condition('health', state.isHealthy() ? 'Healthy' : 'Unhealthy', state.total.at),
          nodeCounts: nodeCounts(state.total),
        },
        scaleUp: this.#condition('scaleUp', inProgress ? 'InProgress' : 'NoActivity', state.total.at),
        scaleDown: this.#scaleDown('scaleDown', all, probedAt),
      },
      nodeGroups,
    });
  }

  #group(group: NodeGroup, now: Millis, candidates: number, probedAt: Millis | undefined) {
    const { state } = this;
    const { name, min, max } = group.spec;
    const readiness = state.readiness(name);
    const healthy = state.isGroupHealthy(group);
    const error = state.backoff.of(name, now);
    const scaleUp = state.isScalingUp(group) ? 'InProgress' : !healthy ? 'Unhealthy' : error !== undefined ? 'Backoff' : 'NoActivity';
    return {
      name,
      health: {
        ...this.#condition(`${name}/health`, healthy ? 'Healthy' : 'Unhealthy', readiness?.at),
        nodeCounts: nodeCounts(readiness),
        cloudProviderTarget: group.targetSize,
        minSize: min,
        maxSize: max,
      },
      scaleUp: {
        ...this.#condition(`${name}/scaleUp`, scaleUp, readiness?.at),
        backoffInfo:
          scaleUp === 'Backoff' && error !== undefined
            ? { errorCode: error.code, errorMessage: error.message.slice(0, LONGEST_MESSAGE) }
            : {},
      },
      scaleDown: this.#scaleDown(`${name}/scaleDown`, candidates, probedAt),
    };
  }

  #scaleDown(place: string, candidates: number, probedAt: Millis | undefined): object {
    const condition = this.#condition(place, candidates > 0 ? 'CandidatesPresent' : 'NoCandidates', probedAt);
    return candidates > 0 ? { ...condition, candidates } : condition;
  }

  #condition(place: string, status: string, at: Millis | undefined): Condition {
    const before = this.#last.get(place);
    const lastProbeTime = at === undefined ? null : formatTime(at);
    const condition = {
      status,
      lastProbeTime,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : lastProbeTime,
    };
    this.#last.set(place, condition);
    return condition;
  }
}

/** Before the first look: nothing is known yet. */
export function emptyStatus(now: Millis): string {
  const never = { lastProbeTime: null, lastTransitionTime: null };
  return yaml({
    time: goTime(now),
    autoscalerStatus: 'Initializing',
    clusterWide: { health: { ...never, nodeCounts: nodeCounts(undefined) }, scaleUp: never, scaleDown: never },
  });
}

/** Writes the text into the ConfigMap, which is made where there is none. */
export function* writeStatus(client: Client, flags: Flags, text: string, now: Millis): Task<ConfigMap> {
  const name = flags['status-config-map-name'];
  const annotations = { [UPDATED]: goTime(now) };
  for (;;) {
    try {
      const map = yield* client.get(CONFIG_MAPS, flags.namespace, name);
      const metadata = { ...map.metadata, annotations: { ...map.metadata.annotations, ...annotations } };
      return yield* client.update(CONFIG_MAPS, { ...map, metadata, data: { ...map.data, status: text } });
    } catch (error) {
      if (isConflict(error)) continue;
      if (!isNotFound(error)) throw error;
    }
    return yield* client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: flags.namespace, annotations },
      data: { status: text },
    });
  }
}

function nodeCounts(readiness: Readiness | undefined): object {
  const count = (names: readonly string[] | undefined): number => names?.length ?? 0;
  const deleted = count(readiness?.deleted);
  return {
    registered: {
      total: count(readiness?.registered),
      ready: count(readiness?.ready),
      notStarted: count(readiness?.notStarted),
      suspended: 0,
      ...(deleted > 0 ? { beingDeleted: deleted } : {}),
      unready: { total: count(readiness?.unready), resourceUnready: 0 },
    },
    longUnregistered: count(readiness?.longUnregistered),
    unregistered: count(readiness?.unregistered),
  };
}

// sigs.k8s.io/yaml goes through JSON and an unordered map: keys come sorted.
function yaml(value: object): string {
  return dump(value, { sortKeys: true, noRefs: true, lineWidth: -1, seqNoIndent: true, quoteStyle: 'double' });
}
