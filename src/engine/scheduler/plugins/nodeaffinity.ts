import type { Node, NodeAffinity as NodeAffinitySpec } from '../../api/generated/types.ts';
import {
  defaultNormalizeScore,
  skip,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreFilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ScorePlugin,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { matchesNodeSelector, matchesRequiredNodeAffinity, preferenceScore } from '../../api/node-selector.ts';

const NAME = 'NodeAffinity';
const REFUSED = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const NOT_ENFORCED = unresolvable(NAME, "node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable(NAME, 'pod affinity terms conflict');
const SKIP = skip(NAME);

/** NodeAffinityArgs */
export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinitySpec;
}

/** nodeSelector, required and preferred node affinity. */
export function nodeAffinity(args: NodeAffinityArgs = {}): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin {
  const added = args.addedAffinity;
  const enforced = added?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodeFits: QueueingHint = ({ pod }, event) => {
    const at = ({ metadata }: Node): boolean => matchesRequiredNodeAffinity(pod, metadata.name ?? '', metadata.labels ?? {});
    const { metadata } = event.now as Node;
    if (enforced !== undefined && !matchesNodeSelector(enforced, metadata.name ?? '', metadata.labels ?? {})) return false;
    return at(event.now as Node) && (event.old === undefined || !at(event.old as Node));
  };
  return {
    name: NAME,
    local: true,
    preFilter(_state: CycleState, { pod }: PodInfo): Status | ReadonlySet<string> | undefined {
      const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      if (enforced === undefined && required === undefined && pod.spec?.nodeSelector === undefined) return SKIP;
      return required === undefined ? undefined : namedNodes(required.nodeSelectorTerms);
    },
    filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
      if (enforced !== undefined && !matchesNodeSelector(enforced, node.name, node.labels)) return NOT_ENFORCED;
      return matchesRequiredNodeAffinity(pod, node.name, node.labels) ? undefined : REFUSED;
    },
    preScore(_state: CycleState, { pod }: PodInfo): Verdict {
      const some = (affinity: NodeAffinitySpec | undefined): boolean =>
        (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
      return some(pod.spec?.affinity?.nodeAffinity) || some(added) ? undefined : SKIP;
    },
    score(_state: CycleState, { pod }: PodInfo, node: NodeInfo): number {
      return preferenceScore(added, node.name, node.labels) + preferenceScore(pod.spec?.affinity?.nodeAffinity, node.name, node.labels);
    },
    normalizeScore(_state: CycleState, _pod: PodInfo, scores: Float64Array, count: number): void {
      defaultNormalizeScore(scores, count, false);
    },
    events: { NodeAdd: nodeFits, NodeUpdateNodeLabel: nodeFits },
  };
}

/** The nodes to which `matchFields` on metadata.name confine the pod; `undefined` where a term leaves that open. */
function namedNodes(
  terms: readonly { matchFields?: { key: string; operator: string; values?: string[] }[] }[],
): Status | ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (const { matchFields } of terms) {
    let own: string[] | undefined;
    for (const { key, operator, values = [] } of matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      own = own === undefined ? [...values] : own.filter((name) => values.includes(name));
    }
    if (own === undefined) return undefined;
    names = new Set([...(names ?? []), ...own]);
  }
  if (names !== undefined && names.size === 0) return CONFLICT;
  return names;
}
