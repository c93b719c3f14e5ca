import { describe, expect, it } from 'vitest';
import { SHELF_ROW, type Place, type Scene, type SceneObject } from '../../scenes/scene.ts';
import { layout, type Box } from './layout.ts';

function scene(pods: number, nodes: number, waiting = 0, shelved = 2): Scene {
  const place = (id: string, kind: Place['kind']): Place => ({ id, kind, label: id, state: 'up', lit: false });
  const object = (kind: string, i: number, at: string, slot: number): SceneObject => ({
    key: `${kind}-${i}`,
    ref: { kind, name: `web-${i}` },
    place: at,
    slot,
    status: 'Running',
    tone: 'ok',
  });
  const stages = ['authenticate', 'authorize', 'decode', 'admit', 'validate'].map((name) => ({ name, state: 'idle' as const }));
  return {
    seq: 1,
    at: 0,
    revision: 1,
    places: [
      place('client', 'client'),
      { ...place('apiserver', 'apiserver'), stages },
      place('etcd', 'etcd'),
      place('controllers', 'controllers'),
      place('scheduler', 'scheduler'),
      ...Array.from({ length: nodes }, (_, i) => place(`node:worker-${i}`, 'node')),
    ],
    objects: [
      ...Array.from({ length: Math.min(shelved, SHELF_ROW) }, (_, i) => object('Deployment', i, 'shelf', i)),
      ...Array.from({ length: pods }, (_, i) => object('Pod', i, `node:worker-${i % nodes}`, Math.floor(i / nodes))),
      ...Array.from({ length: waiting }, (_, i) => object('Pod', pods + i, 'pending', i)),
    ],
    more: shelved > SHELF_ROW ? { Deployment: shelved - SHELF_ROW } : {},
    stacks: [],
    motions: [],
    caption: '',
  };
}

const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width + 0.5 &&
  inner.y + inner.height <= outer.y + outer.height + 0.5;
const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe.each([340, 560, 720, 1200])('a figure %d pixels wide', (width) => {
  it.each([
    [1, 3, 0, 2],
    [3, 4, 0, 2],
    [30, 3, 0, 9],
    [31, 3, 0, 2],
    [200, 4, 0, 1],
    [0, 3, 200, 1],
    [400, 3, 0, 30],
    [40, 48, 0, 2],
  ])('with %d pods on %d nodes, %d waiting, %d Deployments: all inside, none over another, none lost', (pods, nodes, waiting, shelved) => {
    const it = scene(pods, nodes, waiting, shelved);
    const plan = layout(it, width);
    const boxes = [...plan.boxes.entries()];
    for (const [id, box] of boxes) {
      expect(inside(box, { x: 0, y: 0, width: plan.width, height: plan.height }), id).toBe(true);
      for (const [other, its] of boxes) if (id !== other) expect(apart(box, its), `${id} and ${other}`).toBe(true);
    }
    const drawn = it.objects.flatMap((object) => {
      const box = plan.object(object);
      return box === undefined ? [] : [{ object, box }];
    });
    for (const { object, box } of drawn) expect(inside(box, plan.boxes.get(object.place) as Box), object.key).toBe(true);
    const taken = new Set(drawn.map(({ box }) => `${box.x},${box.y}`));
    expect(taken.size).toBe(drawn.length);
    // What does not fit is counted in the picture.
    const counted = plan.more.reduce((sum, { text }) => sum + Number(text.slice(1)), 0);
    expect(drawn.length + counted).toBe(it.objects.length + (it.more['Deployment'] ?? 0));
    const stations = [...plan.stages.values()];
    for (const station of stations) expect(inside(station, plan.boxes.get('apiserver') as Box)).toBe(true);
  });
});

it('leaves out the rows that emptied before the first pod that waits', () => {
  const before = scene(0, 3, 200);
  const after = { ...before, objects: before.objects.filter(({ place, slot }) => place !== 'pending' || slot >= 130) };
  const plan = layout(after, 720);
  const top = (plan.boxes.get('pending') as Box).y + 22;
  const drawn = after.objects.filter(({ place }) => place === 'pending').map((object) => plan.object(object));
  expect(drawn.every((box) => box !== undefined)).toBe(true);
  expect(drawn[0]?.y).toBe(top);
});
