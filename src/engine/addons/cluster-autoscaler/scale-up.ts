import type { ConfigMap, Node, Pod } from '../../api/generated/types.ts';
import { CloudError, type NodeGroup } from '../../cloud/node-group.ts';
import type { Random } from '../../sim/random.ts';
import type { Millis } from '../../sim/time.ts';
import { areSimilar, balance } from './balance.ts';
import type { ClusterState } from './cluster-state.ts';
import { estimate } from './estimator.ts';
import { bestOption } from './expanders/expander.ts';
import type { Option } from './expanders/option.ts';
import type { Flags } from './flags.ts';
import { Limits } from './limits.ts';
import { controllerOf } from './pods.ts';
import type { Recorder } from './recorder.ts';
import type { Snapshot } from './snapshot.ts';
import type { Template } from './templates.ts';

export interface ScaleUpWorld {
  readonly snapshot: Snapshot;
  readonly state: ClusterState;
  readonly flags: Flags;
  readonly recorder: Recorder;
  readonly random: Random;
  /** Says in the log what was decided. */
  decide(text: string): void;
}

/** What a loop brings to it. */
export interface ScaleUpInput {
  readonly now: Millis;
  /** Pods that find no place, even on nodes that are on their way. */
  readonly pods: readonly Pod[];
  /** Nodes there are. */
  readonly nodes: readonly Node[];
  readonly templates: ReadonlyMap<string, Template>;
  readonly priorities: ConfigMap | undefined;
}

/** Pods that are alike: what holds for one holds for all. */
interface PodGroup {
  readonly pods: Pod[];
  schedulable: boolean;
  /** Why no machine of a group would do. */
  readonly refusals: Map<string, readonly string[]>;
}

/** Orders machines for pods that find no place, if any would help (core/scaleup/orchestrator). True when some were ordered. */
export function scaleUp(world: ScaleUpWorld, input: ScaleUpInput): boolean {
  const { snapshot, state, flags, recorder } = world;
  const { nodes, templates } = input;
  const groups = podGroups(input.pods);
  const limits = new Limits(flags, nodes);
  const skipped = new Map<string, string>();
  const valid = state.cloud.groups.filter((group) => {
    const why = whySkipped(world, group, templates.get(group.spec.name), limits, input.now);
    if (why !== undefined) skipped.set(group.spec.name, why);
    return why === undefined;
  });

  const fitting = valid.map((group) => fittingGroups(snapshot, groups, group, templates.get(group.spec.name) as Template));
  const options: Option[] = [];
  /** Another group whose machines are alike, and would take all pods that those of the first take. */
  const isSimilar = (i: number, j: number): boolean => {
    if (i === j || !(fitting[i] ?? []).every((pods) => fitting[j]?.includes(pods) === true)) return false;
    const [own, other] = [i, j].map((at) => templates.get(valid[at]?.spec.name ?? '') as Template) as [Template, Template];
    return areSimilar(own, other, flags);
  };
  valid.forEach((group, i) => {
    const template = templates.get(group.spec.name) as Template;
    const similar = flags['balance-similar-node-groups'] ? valid.filter((_other, j) => isSimilar(i, j)) : [];
    const most = Math.min(
      flags['max-nodes-per-scaleup'],
      [group, ...similar].reduce((room, { spec, targetSize }) => room + spec.max - targetSize, 0),
      flags['max-nodes-total'] > 0 ? Math.max(0, flags['max-nodes-total'] - nodes.length) : Infinity,
    );
    const { nodes: count, pods } = estimate(snapshot, template, fitting[i] ?? [], most);
    if (count > 0 && pods.length > 0) options.push({ group, similar, template, nodes: count, pods });
  });
  const best = options.length === 0 ? undefined : bestOption(flags.expander, options, { ...world, ...input, clusterSize: nodes.length });
  if (best === undefined) {
    for (const group of groups)
      if (!group.schedulable)
        for (const pod of group.pods)
          recorder.event(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${reasons(group, skipped)}`);
    return false;
  }
  return execute(world, best, Math.min(capped(world, best.nodes, nodes.length), limits.allowed(best.template.node, best.nodes)), input.now);
}

/** Grows groups that have fewer machines than they are to have at least. */
export function scaleUpToMinSize(world: ScaleUpWorld, now: Millis): boolean {
  let grown = false;
  for (const group of world.state.cloud.groups) {
    const { min } = group.spec;
    if (group.targetSize >= min || world.state.backoff.of(group.spec.name, now) !== undefined) continue;
    grown = grow(world, group, min - group.targetSize, now) || grown;
  }
  return grown;
}

function whySkipped(
  { state }: ScaleUpWorld,
  group: NodeGroup,
  template: Template | undefined,
  limits: Limits,
  now: Millis,
): string | undefined {
  if (!state.isGroupHealthy(group) || template === undefined) return 'not ready for scale-up';
  if (state.backoff.of(group.spec.name, now) !== undefined) return 'in backoff after failed scale-up';
  if (group.targetSize >= group.spec.max) return 'max node group size reached';
  return limits.exceeded(template.node);
}

/** The pods that a machine of the group would take. */
function fittingGroups(snapshot: Snapshot, groups: readonly PodGroup[], { spec }: NodeGroup, { node, pods }: Template): Pod[][] {
  const name = node.metadata.name ?? '';
  const fitting: Pod[][] = [];
  snapshot.fork();
  snapshot.addNode(node, pods);
  for (const group of groups) {
    const refusal = snapshot.refusal(group.pods[0] as Pod, name);
    if (refusal === undefined) {
      group.schedulable = true;
      fitting.push(group.pods);
    } else group.refusals.set(spec.name, refusal.reasons);
  }
  snapshot.revert();
  return fitting;
}

/** `--max-nodes-total` is for nodes of all kinds. */
function capped({ flags, recorder }: ScaleUpWorld, wanted: number, nodes: number): number {
  const most = flags['max-nodes-total'];
  if (most === 0 || wanted + nodes <= most) return wanted;
  recorder.status('Warning', 'MaxNodesTotalReached', `Max total nodes in cluster reached: ${most}`);
  return most - nodes;
}

function execute(world: ScaleUpWorld, { group, similar, pods }: Option, wanted: number, now: Millis): boolean {
  const done: string[] = [];
  for (const { group: each, nodes } of balance([group, ...similar], wanted)) {
    const { name, max } = each.spec;
    const from = each.targetSize;
    if (!grow(world, each, nodes, now)) break;
    done.push(`{${name} ${from}->${from + nodes} (max: ${max})}`);
  }
  if (done.length === 0) return false;
  for (const pod of pods) world.recorder.event(pod, 'Normal', 'TriggeredScaleUp', `pod triggered scale-up: [${done.join(' ')}]`);
  return true;
}

function grow({ state, recorder, decide }: ScaleUpWorld, group: NodeGroup, delta: number, now: Millis): boolean {
  const { name, max } = group.spec;
  const from = group.targetSize;
  const to = from + delta;
  decide(`Sets the size of node group ${name} to ${to} instead of ${from}.`);
  recorder.status('Normal', 'ScaledUpGroup', `Scale-up: setting group ${name} size to ${to} instead of ${from} (max: ${max})`);
  try {
    group.increaseSize(delta);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    recorder.status('Warning', 'FailedToScaleUpGroup', `Scale-up failed for group ${name}: ${error.message}`);
    const message = `failed to increase node group size: ${error.message}`;
    state.failedScaleUp(group, { errorClass: 'Other', code: 'cloudProviderError', message }, now);
    return false;
  }
  state.registerScaleUp(group, delta, now);
  recorder.status('Normal', 'ScaledUpGroup', `Scale-up: group ${name} size set to ${to} instead of ${from} (max: ${max})`);
  return true;
}

/** equivalence.BuildPodGroups: pods of one controller that ask for the same. */
function podGroups(pods: readonly Pod[]): PodGroup[] {
  const groups = new Map<string, PodGroup>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    const key =
      owner === undefined ? (pod.metadata.uid ?? '') : JSON.stringify([owner.uid, pod.metadata.labels, { ...pod.spec, hostname: '' }]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { pods: [pod], schedulable: false, refusals: new Map() });
    else group.pods.push(pod);
  }
  return [...groups.values()];
}

/** How many groups each reason holds for. Upstream's order is that of a Go map: any. */
function reasons({ refusals }: PodGroup, skipped: ReadonlyMap<string, string>): string {
  const counts = new Map<string, number>();
  for (const reason of [...[...refusals.values()].flat(), ...skipped.values()]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}
