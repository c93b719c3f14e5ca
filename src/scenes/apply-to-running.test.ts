import { beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../engine/scenario.ts';
import { Session } from '../workers/session.ts';
import type { Scene } from './scene.ts';

// One recorded run, looked at through the lens: what must be in the picture, where, and in which order.
const SCENARIO = `
name: figure
seed: 7
nodes:
  - { name: worker-1, images: ['nginx:1.27'] }
  - { name: worker-2, images: ['nginx:1.27'] }
  - { name: worker-3, images: ['nginx:1.27'] }
`;

function run(...lines: string[]): Session {
  const session = new Session({ scenario: parseScenario(SCENARIO, 'figure'), freeze: true });
  session.terminal('main');
  for (const line of lines) {
    session.line('main', line);
    session.cluster.sim.runUntilQuiet(600_000);
  }
  return session;
}

const scenes = (session: Session): Scene[] => session.beats.list.map((beat) => session.scene(beat.to));
const way = (scene: Scene | undefined): string[] => (scene?.motions ?? []).map(({ from, to, style }) => `${style} ${from}→${to}`);
const without = (text: string): string => text.replace(/(hello-\w{8,10})-[a-z0-9]{5}\b/g, '$1-*').replace(/revision \d+/g, 'revision #');

describe('apply → running, one pod', () => {
  let session: Session;
  let all: Scene[];
  beforeAll(() => {
    session = run('kubectl create deployment hello --image=nginx:1.27');
    all = scenes(session);
  });

  it('is told in seven beats', () => {
    expect(all.map((scene) => without(scene.caption))).toEqual([
      'You typed: kubectl create deployment hello --image=nginx:1.27',
      'kubectl creates Deployment hello. etcd stores it as revision #.',
      expect.stringMatching(/^The deployment controller creates ReplicaSet hello-\w+\. etcd stores it as revision #\.$/),
      expect.stringMatching(/^The replicaset controller creates Pod hello-\w+-\*\. etcd stores it as revision #\.$/),
      expect.stringMatching(/^The scheduler chooses worker-\d for Pod hello-\w+-\*\.$/),
      expect.stringMatching(/^The kubelet of worker-\d starts container nginx of Pod hello-\w+-\*\.$/),
      'The replicaset controller and the deployment controller hear of it and write down what is true now.',
    ]);
  });

  it('has every hop from kubectl to Ready, in order', () => {
    const node = session.scene().objects.find((object) => object.ref.kind === 'Pod')?.place ?? '';
    const [, asked, reacted, made, chosen, started, reported] = all;
    expect(way(asked)).toEqual(['request client→apiserver', 'commit apiserver→etcd', 'notify apiserver→controllers']);
    expect(way(reacted).slice(0, 2)).toEqual(['request controllers→apiserver', 'commit apiserver→etcd']);
    expect(way(made).slice(0, 2)).toEqual(['request controllers→apiserver', 'commit apiserver→etcd']);
    expect(way(made)).toContain('notify apiserver→scheduler');
    const binding = way(chosen);
    expect(binding[0]).toBe('work scheduler→scheduler');
    expect(binding.indexOf('request scheduler→apiserver')).toBeLessThan(binding.indexOf(`notify apiserver→${node}`));
    expect(way(started).slice(0, 5)).toEqual([
      ...Array.from({ length: 3 }, () => `work ${node}→${node}`),
      `request ${node}→apiserver`,
      'commit apiserver→etcd',
    ]);
    expect(way(reported).filter((step) => step === 'commit apiserver→etcd')).toHaveLength(2);
    // The misconception: nothing but the API server reaches etcd, and nobody reaches anybody else.
    for (const { from, to } of all.flatMap((scene) => scene.motions)) {
      if (to === 'etcd') expect(from).toBe('apiserver');
      if (from !== to) expect([from, to]).toContain('apiserver');
    }
  });

  it('shows the stations a request has passed', () => {
    const stations = all[1]?.places.find((place) => place.id === 'apiserver')?.stages?.map(({ name, state }) => `${name} ${state}`);
    expect(stations).toEqual(['authenticate passed', 'authorize passed', 'decode passed', 'admit passed', 'validate passed']);
    expect(all[1]?.motions[0]?.stages).toEqual(['authenticate', 'authorize', 'decode', 'admit', 'validate']);
  });

  it('says what is waited for', () => {
    expect(all.map((scene) => scene.waiting)).toEqual([
      undefined,
      'Deployment hello is stored; no controller has acted on it yet.',
      undefined,
      '1 Pod waits for a node.',
      '1 Pod is starting.',
      undefined,
      undefined,
    ]);
  });

  it('moves the pod from the waiting tray to its node, and keeps everybody else where they were', () => {
    const pod = all.map((scene) => scene.objects.find((object) => object.ref.kind === 'Pod')?.place);
    expect(pod[3]).toBe('pending');
    expect(pod[4]).toMatch(/^node:worker-/);
    expect(pod[5]).toBe(pod[4]);
    const shelf = (scene: Scene): unknown => scene.objects.find((object) => object.ref.kind === 'Deployment')?.slot;
    expect(new Set(all.slice(2).map(shelf)).size).toBe(1);
  });

  it('is a function of log and objects: what was looked at before changes nothing', () => {
    const again = run('kubectl create deployment hello --image=nginx:1.27');
    const backwards = [...again.beats.list].toReversed().map((beat) => again.scene(beat.to));
    expect(backwards.toReversed()).toEqual(all);
  });
});

describe('the list of objects', () => {
  it('shows custom resources, once for all their versions', () => {
    const session = run(`kubectl apply -f - <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.sea.io }
spec:
  group: sea.io
  scope: Namespaced
  names: { plural: boats, singular: boat, kind: Boat }
  versions:
    - { name: v2, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }
    - { name: v1, served: true, storage: false, schema: { openAPIV3Schema: { type: object } } }
END`, "echo '{apiVersion: sea.io/v2, kind: Boat, metadata: {name: ark}}' | kubectl apply -f -"); // prettier-ignore
    const { rows } = session.objects({ system: false, from: 0, count: 1000 });
    expect(rows.filter(({ ref }) => ref.kind === 'Boat').map(({ ref }) => ref)).toEqual([
      { kind: 'Boat', name: 'ark', namespace: 'default' },
    ]);
    expect(session.object({ kind: 'Boat', name: 'ark', namespace: 'default' })?.metadata.name).toBe('ark');
  });
});

describe('other pictures', () => {
  it('folds a crowd of motions into counted ones, and the beats stay few', () => {
    const session = run('kubectl create deployment crowd --image=nginx:1.27 --replicas=200');
    expect(session.beats.list.length).toBeLessThanOrEqual(8);
    const [, , , made] = scenes(session);
    expect(made?.caption).toBe('The replicaset controller creates 200 Pods.');
    expect(made?.motions.length).toBeLessThan(15);
    // 200 pods and what is written of the ReplicaSet's status meanwhile.
    expect(made?.motions.find((motion) => motion.style === 'commit')?.count).toBeGreaterThanOrEqual(200);
    const now = session.scene();
    const seats = now.objects.filter((object) => object.ref.kind === 'Pod').map((object) => `${object.place}#${object.slot}`);
    expect(seats).toHaveLength(200);
    expect(new Set(seats).size).toBe(200);
    expect(now.stacks).toEqual([]);
  });

  it('gives a seat that was left to the next who comes, and moves nobody', () => {
    const session = run('kubectl create deployment hello --image=nginx:1.27 --replicas=6');
    const before = new Map(session.scene().objects.map((object) => [object.key, `${object.place}#${object.slot}`]));
    const [gone] = session.scene().objects.filter((object) => object.ref.kind === 'Pod');
    session.line('main', `kubectl delete pod ${gone?.ref.name ?? ''} --now`);
    session.cluster.sim.runUntilQuiet(600_000);
    const after = session.scene().objects;
    for (const object of after) expect(before.get(object.key) ?? `${object.place}#${object.slot}`).toBe(`${object.place}#${object.slot}`);
    expect(after.filter((object) => object.ref.kind === 'Pod')).toHaveLength(6);
  });

  it('shows where a request was turned away', () => {
    const session = run('kubectl create deployment Bad_Name --image=nginx:1.27');
    const scene = session.scene();
    expect(scene.motions.map((motion) => [motion.style, motion.failed])).toEqual([['request', true]]);
    expect(scene.places.find((place) => place.id === 'apiserver')?.stages?.map((stage) => stage.state)).toContain('refused');
    expect(session.beats.list.at(-1)).toMatchObject({ mark: 'failure' });
    expect(scene.caption).toContain('and is refused: 422');
  });

  it('draws data in its own lane, past the API server', () => {
    const session = run(
      'kubectl create deployment hello --image=nginx:1.27',
      'kubectl expose deployment hello --port=80 --type=NodePort',
      "curl -s http://worker-1:$(kubectl get svc hello -o jsonpath='{.spec.ports[0].nodePort}')/",
    );
    const scene = session.scene(session.beats.list.findLast((beat) => beat.kind === 'network')?.to);
    expect(scene.motions.length).toBeGreaterThan(2);
    expect(scene.motions[0]).toMatchObject({ from: 'client', to: 'node:worker-1', style: 'data' });
    expect(scene.motions.filter((motion) => motion.style !== 'data')).toEqual([]);
    expect(scene.motions.at(-1)).toMatchObject({ to: 'client' });
  });

  it('names what is stopped', () => {
    const session = run('lab component stop scheduler', 'kubectl run lonely --image=nginx:1.27');
    const scene = session.scene();
    expect(scene.places.find((place) => place.id === 'scheduler')?.state).toBe('down');
    expect(scene.waiting).toBe('1 Pod waits for the scheduler, which is stopped.');
  });

  it('leaves the kubelets’ probes out of the story', () => {
    const session = run('kubectl get nodes');
    session.cluster.sim.runFor(60_000);
    expect(session.beats.list.filter((beat) => beat.kind === 'network')).toEqual([]);
  });
});

describe('a branch', () => {
  it('goes on from an instant of the past, without what was typed after it', () => {
    const session = run('kubectl create deployment hello --image=nginx:1.27', 'kubectl delete deployment hello');
    const typed = session.beats.list.findLast((beat) => beat.mark === 'command');
    const undone = new Session({ scenario: parseScenario(SCENARIO, 'figure') });
    undone.replay(session.recording(), (typed?.from ?? 0) - 1);
    const deployments = (): string[] => undone.scene().objects.flatMap(({ ref }) => (ref.kind === 'Deployment' ? [ref.name] : []));
    expect(deployments()).toEqual(['hello']);
    undone.line('main', 'kubectl create deployment other --image=nginx:1.27');
    undone.cluster.sim.runUntilQuiet(600_000);
    expect(deployments()).toEqual(['hello', 'other']);
    expect(new TextDecoder().decode(undone.transcript('main'))).not.toContain('delete');
  });
});

describe('Why?', () => {
  it('reads as a chain in plain English, from the status back to the line that was typed', () => {
    const session = run('kubectl create deployment hello --image=nginx:1.27');
    const pod = session.scene().objects.find((object) => object.ref.kind === 'Pod');
    const chain = session
      .why(pod?.ref ?? { kind: 'Pod', name: '' })
      .map((step) => without(step.text).replace(/hello-\w{9,10}/g, 'hello-#'));
    const node = pod?.place.slice('node:'.length) ?? '';
    const name = 'hello-#-*';
    expect(chain).toEqual([
      `A change to Pod ${name} is stored in etcd, as revision #.`,
      `The kubelet of ${node} writes the status of Pod ${name}.`,
      `Through its watch the kubelet of ${node} hears that Pod ${name} is new.`,
      `A change to Pod ${name} is stored in etcd, as revision #.`,
      `The scheduler binds Pod ${name} to its node.`,
      expect.stringMatching(/^The scheduler chooses worker-\d for Pod hello-#-\*; scores: .*; ruled out: control-plane \(.*\)\.$/),
      `The scheduler puts Pod ${name} into its active queue (PodAdd).`,
      `Through its watch the scheduler hears that Pod ${name} is new.`,
      `Pod ${name} is stored in etcd, as revision #.`,
      'The replicaset controller creates a Pod.',
      expect.stringMatching(/^The replicaset controller takes default\/hello-# from its queue and compares/),
      'The replicaset controller puts default/hello-# into its work queue.',
      'Through its watch the controller manager hears that ReplicaSet hello-# is new.',
      'ReplicaSet hello-# is stored in etcd, as revision #.',
      'The deployment controller creates a ReplicaSet.',
      expect.stringMatching(/^The deployment controller takes default\/hello from its queue and compares/),
      'The deployment controller puts default/hello into its work queue.',
      'Through its watch the controller manager hears that Deployment hello is new.',
      'Deployment hello is stored in etcd, as revision #.',
      'kubectl creates a Deployment.',
      'Your shell starts: kubectl create deployment hello --image=nginx:1.27',
      'You typed: kubectl create deployment hello --image=nginx:1.27',
    ]);
  });
});
