import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type {
  CSINode,
  DeviceClass,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  ResourceResourceClaim,
  ResourceSlice,
  Service,
  StorageClass,
} from '../api/generated/types.ts';
import type { LabelSelector, ObjectMeta } from '../api/meta.ts';
import { Random } from '../sim/random.ts';
import { Algorithm } from './algorithm.ts';
import { attempt, type Attempt } from './attempt.ts';
import { Cache } from './cache.ts';
import type { Candidate, Status } from './framework.ts';
import { Nominator } from './nominator.ts';
import { PodInfo } from './pod-info.ts';
import { ExtendedResources } from './devices/extended-resources.ts';
import { newProfile } from './plugins/registry.ts';
import type { VolumeBinder } from './plugins/volume-binder.ts';
import type { VolumeDecision } from './plugins/volume-decision.ts';
import { defaultSelectorFrom } from './plugins/spread-selector.ts';
import { PROFILES } from './facts-profiles.ts';
import type { Profile } from './profile.ts';
import { NO_VOLUMES } from './volumes.ts';

// Facts recorded from a real kube-scheduler 1.36.3: a world, the pods that arrived in it, and what became of them.

interface World {
  nodes?: Node[];
  pods?: Pod[];
  namespaces?: Namespace[];
  services?: Service[];
  storageClasses?: StorageClass[];
  persistentVolumes?: PersistentVolume[];
  persistentVolumeClaims?: PersistentVolumeClaim[];
  csiNodes?: CSINode[];
  deviceClasses?: DeviceClass[];
  resourceSlices?: ResourceSlice[];
  resourceClaims?: ResourceResourceClaim[];
  replicaSets?: { metadata: ObjectMeta; spec: { selector?: LabelSelector } }[];
  priorityClasses?: { metadata: { name: string }; value: number }[];
  runtimeClasses?: {
    metadata: { name: string };
    overhead?: { podFixed?: Record<string, string> };
    scheduling?: { nodeSelector?: Record<string, string> };
  }[];
  pdbs?: {
    metadata: ObjectMeta;
    spec: { selector?: LabelSelector };
    status?: { disruptionsAllowed?: number; disruptedPods?: Record<string, string> };
  }[];
}

interface Expectation {
  bound: string | null;
  bypass?: boolean;
  untouched?: boolean;
  tie?: string[];
  reason?: string;
  message?: string;
  feasible?: string;
  filters?: Record<string, { plugin: string; reason: string; unresolvable?: boolean }>;
  scores?: Record<string, Record<string, number>>;
  nominated?: string;
  nominatedTie?: string[];
  victims?: string[];
  candidates?: Record<string, { pdbViolations: number; victims: string[] }>;
  notCandidates?: Record<string, { plugin: string; reason: string }>;
  then?: { bound: string | null };
  claims?: { claim: string; volume?: string; selectedNode?: string }[];
}

interface Fact {
  id: string;
  topic: string;
  world: World;
  incoming: Pod[];
  expect: Expectation[];
}

const ORACLE = `${process.env['KUBERNOTES_ORACLE'] ?? '../shared/oracle'}/scheduler`;
const TOPICS = (
  process.env['KUBERNOTES_TOPICS'] ??
  'fit,balanced,taints,node-affinity,images,ports,priority,gates,pod-affinity,spread,default-spread,profiles,volumes,dra'
).split(',');
const facts: Fact[] = existsSync(ORACLE)
  ? TOPICS.flatMap((topic) => read(`${ORACLE}/${topic}.jsonl`))
  : read(new URL('./facts.jsonl', import.meta.url).pathname);

function read(path: string): Fact[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fact);
}

for (const topic of new Set(facts.map((fact) => fact.topic))) {
  describe(`recorded facts: ${topic}`, () => {
    for (const fact of facts.filter((one) => one.topic === topic)) test(fact.id, () => play(fact));
  });
}

function play({ world, incoming, expect: expected }: Fact): void {
  const table = new Table(world);
  incoming.forEach((raw, i) => {
    const wanted = expected[i] as Expectation;
    const pod = table.admit(raw, 1000 + i);
    const info = new PodInfo(pod);
    const profile = table.profiles.get(pod.spec?.schedulerName ?? 'default-scheduler');
    if (wanted.bypass !== true) {
      if (profile === undefined) expect(wanted.untouched).toBe(true);
      else judge(table, profile, info, wanted);
    }
    table.settle(info, wanted);
  });
}

function judge(table: Table, profile: Profile, info: PodInfo, wanted: Expectation): void {
  const gate = profile.preEnqueue.map((plugin) => plugin.preEnqueue(info.pod)).find((verdict) => verdict !== undefined);
  if (wanted.reason === 'SchedulingGated' || gate !== undefined) {
    expect([gate?.plugin, wanted.reason]).toEqual(['SchedulingGates', 'SchedulingGated']);
    return;
  }
  table.candidates = undefined;
  const found = attempt(table.algorithm, profile, info, true);
  expect(found.message).toBe(wanted.message ?? '');
  if (wanted.filters !== undefined) expect(filters(table, found)).toEqual(wanted.filters);
  if (wanted.bound === null) expect(found.chosen).toBeUndefined();
  else expect([...found.best].sort()).toEqual([...(wanted.tie ?? [wanted.bound])].sort());
  if (wanted.claims !== undefined) expect(decided(table, profile, found, info, wanted.bound ?? '')).toEqual(table.sized(wanted.claims));
  // Which devices it gets there: they are gone for those that come after it.
  if (wanted.bound !== null && (info.pod.spec?.resourceClaims ?? []).length > 0)
    for (const plugin of profile.reserve) plugin.reserve(found.state, info, wanted.bound);
  if (wanted.scores !== undefined) expect(withDevices(found.scores)).toEqual(withDevices(wanted.scores));
  if (wanted.candidates !== undefined) expect(candidates(table.candidates ?? [])).toEqual(wanted.candidates);
  if (wanted.notCandidates !== undefined) expect(refusals(table.others)).toEqual(wanted.notCandidates);
  if (wanted.nominated !== undefined) {
    expect(wanted.nominatedTie ?? [wanted.nominated]).toContain(found.nominatedNodeName);
    expect(victimsOn(table.candidates, wanted.nominated)).toEqual(wanted.victims);
  }
}

function decided(table: Table, profile: Profile, { state }: Attempt, info: PodInfo, node: string): Expectation['claims'] {
  table.decision = undefined;
  for (const plugin of profile.reserve) plugin.reserve(state, info, node);
  const { bindings = [], provisions = [] } = table.decision ?? ({} as Partial<VolumeDecision>);
  const name = ({ metadata }: { metadata: ObjectMeta }): string => metadata.name ?? '';
  return [
    ...bindings.map(({ claim, volume }) => ({ claim: name(claim), volume: table.sizeOf(name(volume)) })),
    ...provisions.map((claim) => ({ claim: name(claim), selectedNode: node })),
  ].sort((a, b) => (a.claim < b.claim ? -1 : 1));
}

function victimsOn(found: readonly Candidate[] | undefined, nodeName: string): string[] | undefined {
  const chosen = found?.find(({ node }) => node === nodeName);
  return chosen?.victims.map(({ key }) => key).sort();
}

function filters(table: Table, { diagnosis, feasible }: Attempt): Expectation['filters'] {
  const result: NonNullable<Expectation['filters']> = {};
  if (diagnosis.preFilterMessage !== '') return result;
  for (const { name } of table.cache.nodes) {
    if (feasible.some((node) => node.name === name)) continue;
    const status = diagnosis.refused.get(name) ?? diagnosis.absent;
    if (status === undefined) continue;
    const unresolvable = status.code === 'UnschedulableAndUnresolvable';
    result[name] = { plugin: status.plugin, reason: status.reasons.join(', '), ...(unresolvable ? { unresolvable } : {}) };
  }
  return result;
}

/** The recording leaves this plugin out where it gives nothing. */
function withDevices(scores: NonNullable<Expectation['scores']>): Expectation['scores'] {
  return Object.fromEntries(Object.entries(scores).map(([node, own]) => [node, { DynamicResources: 0, ...own }]));
}

function candidates(found: readonly Candidate[]): Expectation['candidates'] {
  return Object.fromEntries(
    found.map(({ node, victims, violations }) => [node, { pdbViolations: violations, victims: victims.map(({ key }) => key).sort() }]),
  );
}

function refusals(others: ReadonlyMap<string, Status>): Expectation['notCandidates'] {
  const plugin = (status: Status): string => (status.plugin === 'DefaultPreemption' ? '' : status.plugin);
  return Object.fromEntries([...others].map(([node, status]) => [node, { plugin: plugin(status), reason: status.reasons.join(', ') }]));
}

/** The world on the table: a cache, and the profiles of the recording. */
class Table {
  readonly cache: Cache;
  readonly nominator = new Nominator();
  readonly algorithm: Algorithm;
  readonly profiles: ReadonlyMap<string, Profile>;
  candidates: readonly Candidate[] | undefined;
  others: ReadonlyMap<string, Status> = new Map();
  decision: VolumeDecision | undefined;
  readonly #pods = new Map<string, Pod>();
  readonly #deviceClaims = new Map<string, ResourceResourceClaim>();
  readonly #volumes = new Map<string, PersistentVolume>();
  readonly #claims = new Map<string, PersistentVolumeClaim>();

  constructor(readonly world: World) {
    const namespaces = new Map((world.namespaces ?? []).map(({ metadata }) => [metadata.name ?? '', metadata.labels]));
    const labelsOf = (name: string): Record<string, string> => ({ 'kubernetes.io/metadata.name': name, ...namespaces.get(name) });
    this.cache = new Cache(labelsOf);
    const extended = new ExtendedResources();
    for (const deviceClass of world.deviceClasses ?? []) extended.see(deviceClass);
    const random = new Random(1);
    this.algorithm = new Algorithm(this.cache, this.nominator, random);
    this.profiles = new Map(
      PROFILES.map((configuration) => [
        configuration.schedulerName,
        newProfile(configuration, {
          namespaceLabels: labelsOf,
          defaultSelector: defaultSelectorFrom({
            services: (namespace) => (world.services ?? []).filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace),
            ownerSelector: (namespace, { kind, name }) =>
              kind === 'ReplicaSet'
                ? world.replicaSets?.find(({ metadata }) => (metadata.namespace ?? 'default') === namespace && metadata.name === name)?.spec
                    .selector
                : undefined,
          }),
          volumes: {
            ...NO_VOLUMES,
            claim: (key) => this.#claims.get(key),
            volume: (name) => this.#volumes.get(name),
            volumes: () => this.#volumes.values(),
            storageClass: (name) => world.storageClasses?.find(({ metadata }) => metadata.name === name),
            csiNode: (name) => world.csiNodes?.find(({ metadata }) => metadata.name === name),
          },
          devices: {
            claim: (key) => this.#deviceClaims.get(key),
            claims: () => this.#deviceClaims.values(),
            slices: () => world.resourceSlices ?? [],
            deviceClass: (name) => world.deviceClasses?.find(({ metadata }) => metadata.name === name),
            classFor: (name) => extended.classFor(name),
            pend: (claim) => this.#deviceClaims.set(`default/${claim.metadata.name ?? ''}`, claim),
            isPending: () => false,
            settle: () => {},
            assume: () => {},
          },
          volumeBinder: {
            reserve: (decision: VolumeDecision) => {
              this.decision = decision;
            },
          } as unknown as VolumeBinder,
          preemption: {
            nodes: this.cache,
            nominator: this.nominator,
            random,
            profileOf: (pod) => this.profiles.get(pod.pod.spec?.schedulerName ?? 'default-scheduler') as Profile,
            budgets: () =>
              (world.pdbs ?? []).map(({ metadata, spec, status }) => ({
                namespace: metadata.namespace ?? 'default',
                selector: spec.selector,
                disruptionsAllowed: status?.disruptionsAllowed ?? 0,
                disruptedPods: status?.disruptedPods ?? {},
              })),
            preempt: () => {},
            dryRan: (found, others) => {
              this.candidates = found;
              this.others = others;
            },
          },
        }),
      ]),
    );
    for (const node of world.nodes ?? []) this.cache.setNode(node);
    for (const claim of world.resourceClaims ?? []) this.#deviceClaims.set(`default/${claim.metadata.name ?? ''}`, claim);
    for (const volume of world.persistentVolumes ?? []) this.#volumes.set(volume.metadata.name ?? '', volume);
    for (const claim of world.persistentVolumeClaims ?? []) this.#claims.set(claimKeyOf(claim), inDefault(claim));
    (world.pods ?? []).forEach((raw, i) => {
      const pod = this.admit(raw, i);
      if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') this.place(pod);
    });
  }

  place(pod: Pod): void {
    this.cache.setPod(pod);
    this.#pods.set(new PodInfo(pod).key, pod);
  }

  /** What the API server's admission and defaults add, as far as the facts leave it to the reader. */
  admit(raw: Pod, serial: number): Pod {
    const spec = raw.spec as NonNullable<Pod['spec']>;
    const priority =
      spec.priority ?? this.world.priorityClasses?.find(({ metadata }) => metadata.name === spec.priorityClassName)?.value ?? 0;
    const runtime = this.world.runtimeClasses?.find(({ metadata }) => metadata.name === spec.runtimeClassName);
    const overhead = spec.overhead ?? runtime?.overhead?.podFixed;
    const nodeSelector =
      runtime?.scheduling?.nodeSelector === undefined ? spec.nodeSelector : { ...runtime.scheduling.nodeSelector, ...spec.nodeSelector };
    return {
      ...raw,
      metadata: { ...raw.metadata, uid: `uid-${serial}` },
      spec: {
        ...spec,
        priority,
        ...(overhead === undefined ? {} : { overhead }),
        ...(nodeSelector === undefined ? {} : { nodeSelector }),
        ...(spec.affinity === undefined ? {} : { affinity: mergeLabelKeys(spec.affinity, raw.metadata.labels ?? {}) }),
      },
    };
  }

  settle(info: PodInfo, wanted: Expectation): void {
    for (const victim of wanted.victims ?? []) {
      const pod = this.#pods.get(victim);
      if (pod !== undefined) this.cache.removePod(pod);
    }
    for (const { claim, volume } of wanted.claims ?? []) this.#bind(`${info.namespace}/${claim}`, volume);
    const nodeName = wanted.bound ?? wanted.then?.bound;
    if (nodeName !== null && nodeName !== undefined)
      this.place({ ...info.pod, spec: { ...(info.pod.spec as NonNullable<Pod['spec']>), nodeName } });
  }

  /** Which of several volumes of one size and place was taken, is chance. */
  sized(claims: NonNullable<Expectation['claims']>): Expectation['claims'] {
    return claims.map((one) => (one.volume === undefined ? one : { ...one, volume: this.sizeOf(one.volume) }));
  }

  sizeOf(volume: string): string {
    const { capacity, storageClassName = '', nodeAffinity } = this.#volumes.get(volume)?.spec ?? {};
    return `${capacity?.['storage'] ?? ''} ${storageClassName} ${JSON.stringify(nodeAffinity)}`;
  }

  /** What the binder and a provisioner do afterwards. */
  #bind(key: string, chosen: string | undefined): void {
    const claim = this.#claims.get(key) as PersistentVolumeClaim;
    const volumeName = chosen ?? `made-for-${claim.metadata.name ?? ''}`;
    const annotations = { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    this.#claims.set(key, {
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName },
      status: { phase: 'Bound' },
    });
    const { namespace = 'default', name = '' } = claim.metadata;
    const volume = this.#volumes.get(volumeName) ?? {
      metadata: { name: volumeName },
      spec: { csi: { driver: 'csi.example.com', volumeHandle: volumeName } },
    };
    this.#volumes.set(volumeName, {
      ...(volume as PersistentVolume),
      spec: { ...volume.spec, claimRef: { namespace, name } },
      status: { phase: 'Bound' },
    });
  }
}

function claimKeyOf({ metadata }: PersistentVolumeClaim): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;
}

function inDefault(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  return { ...claim, metadata: { namespace: 'default', ...claim.metadata } };
}

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;

// KEP-3633: done by the API server when the pod is created.
function mergeLabelKeys(affinity: Affinity, labels: Readonly<Record<string, string>>): Affinity {
  const merge = (term: PodAffinityTerm): PodAffinityTerm => {
    const expression = (operator: string) => (key: string) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]);
    const added = [
      ...(term.matchLabelKeys ?? []).flatMap(expression('In')),
      ...(term.mismatchLabelKeys ?? []).flatMap(expression('NotIn')),
    ];
    if (added.length === 0 || term.labelSelector === undefined) return term;
    return {
      ...term,
      labelSelector: { ...term.labelSelector, matchExpressions: [...(term.labelSelector.matchExpressions ?? []), ...added] },
    };
  };
  const side = (part: Affinity['podAffinity']): Affinity['podAffinity'] =>
    part && {
      ...(part.requiredDuringSchedulingIgnoredDuringExecution && {
        requiredDuringSchedulingIgnoredDuringExecution: part.requiredDuringSchedulingIgnoredDuringExecution.map(merge),
      }),
      ...(part.preferredDuringSchedulingIgnoredDuringExecution && {
        preferredDuringSchedulingIgnoredDuringExecution: part.preferredDuringSchedulingIgnoredDuringExecution.map((term) => ({
          ...term,
          podAffinityTerm: merge(term.podAffinityTerm),
        })),
      }),
    };
  return {
    ...affinity,
    ...(affinity.podAffinity && { podAffinity: side(affinity.podAffinity) as NonNullable<Affinity['podAffinity']> }),
    ...(affinity.podAntiAffinity && { podAntiAffinity: side(affinity.podAntiAffinity) as NonNullable<Affinity['podAntiAffinity']> }),
  };
}
