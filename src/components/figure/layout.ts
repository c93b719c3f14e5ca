import type { Place, PlaceId, Scene, SceneObject } from '../../scenes/scene.ts';

/** Rectangles of the picture, in units of its own. Wide: 960 across; narrow: 420. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  boxes: Map<PlaceId | 'shelf' | 'pending', Box>;
  /** Size and place of an object inside its place. */
  object(object: SceneObject): Box;
  /** Objects are drawn with their names; else as cells. */
  named: boolean;
}

const NAMED_UP_TO = 30;
const GAP = 14;

/** Where everything stands. Depends on the places and on how many pods there are, not on what moves. */
export function layout(scene: Scene, narrow: boolean): Layout {
  const width = narrow ? 420 : 960;
  const nodes = scene.places.filter((place) => place.kind === 'node');
  const pods = scene.objects.filter((object) => object.ref.kind === 'Pod');
  const named = pods.length <= NAMED_UP_TO;
  const boxes: Layout['boxes'] = new Map();
  const row = (ids: readonly string[], y: number, height: number, from = 0, to = width): void => {
    const each = (to - from - GAP * (ids.length - 1)) / ids.length;
    ids.forEach((id, i) => boxes.set(id, { x: from + i * (each + GAP), y, width: each, height }));
  };
  row(['client', 'apiserver', 'etcd'], 0, 64);
  let y = 64 + 46;
  if (narrow) {
    row(['controllers', 'scheduler'], y, 56);
    y += 56 + 30;
    row(['shelf'], y, 118);
    y += 118 + GAP;
    row(['pending'], y, 56);
    y += 56 + 30;
  } else {
    row(['controllers', 'scheduler'], y, 56, 0, width * 0.5);
    row(['shelf'], y, 118, width * 0.5 + GAP, width);
    row(['pending'], y + 56 + GAP, 118 - 56 - GAP, 0, width * 0.5);
    y += 118 + 40;
  }
  const across = narrow ? Math.min(2, nodes.length) : Math.min(4, Math.max(1, nodes.length));
  const most = Math.max(0, ...nodes.map((node) => lastSlot(scene, node.id) + 1));
  const columns = Math.max(1, across);
  const nodeWidth = (width - GAP * (columns - 1)) / columns;
  const cell = named ? { width: nodeWidth - 20, height: 24, gap: 4 } : { width: 15, height: 13, gap: 3 };
  const perRow = Math.max(1, Math.floor((nodeWidth - 20 + cell.gap) / (cell.width + cell.gap)));
  const nodeHeight = 50 + Math.max(named ? 3 : 5, Math.ceil(most / perRow)) * (cell.height + cell.gap);
  for (let i = 0; i < nodes.length; i += columns) {
    const ids = nodes.slice(i, i + columns).map((node: Place) => node.id);
    row(ids, y, nodeHeight, 0, ids.length === columns ? width : ids.length * (nodeWidth + GAP) - GAP);
    y += nodeHeight + GAP;
  }
  return {
    width,
    height: y,
    boxes,
    named,
    object: (object) => {
      const box = boxes.get(object.place) ?? { x: 0, y: 0, width: 0, height: 0 };
      if (object.place === 'shelf') return onShelf(object, box);
      const compact = object.place === 'pending' ? { width: named ? 112 : 15, height: named ? 22 : 13, gap: 4 } : cell;
      const inRow = object.place === 'pending' ? Math.max(1, Math.floor((box.width - 16) / (compact.width + compact.gap))) : perRow;
      return {
        x: box.x + 10 + (object.slot % inRow) * (compact.width + compact.gap),
        y: box.y + (object.place === 'pending' ? 24 : 44) + Math.floor(object.slot / inRow) * (compact.height + compact.gap),
        width: compact.width,
        height: compact.height,
      };
    },
  };
}

const SHELF_ROWS = ['Deployment', 'ReplicaSet', 'Service'];

function onShelf(object: SceneObject, box: Box): Box {
  const row = Math.max(0, SHELF_ROWS.indexOf(object.ref.kind));
  const inRow = 3;
  const width = (box.width - 20 - 8) / inRow;
  // More than three of a kind share the row, each a little to the right of the last.
  const x = object.slot < inRow ? object.slot * (width + 4) : (inRow - 1) * (width + 4) + Math.min(24, (object.slot - inRow + 1) * 3);
  return { x: box.x + 10 + x, y: box.y + 22 + row * 30, width, height: 26 };
}

function lastSlot(scene: Scene, place: PlaceId): number {
  return Math.max(-1, ...scene.objects.filter((object) => object.place === place).map((object) => object.slot));
}
