import type { Place, PlaceId, Scene, SceneObject, Stack } from '../../scenes/scene.ts';
import { ALWAYS, SHELF_KINDS } from '../../scenes/shelf-kinds.ts';

/** Rectangles of the picture, in pixels of the page: the drawing is made for the width it has, and never scaled. */
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
  /** Where an object stands; `undefined` when its row is full and it is counted in `more`. */
  object(object: SceneObject): Box | undefined;
  stack(stack: Stack): Box | undefined;
  /** What a full row does not show: how many, and where that is written. */
  more: { key: string; text: string; x: number; y: number }[];
  /** The stations of the API server, from left to right. */
  stages: Map<string, Box>;
  /** Of a zone: where its first cell is (within its box), how far the next one, and how many stand in a row. */
  fields: Map<PlaceId, Field>;
  /** Names of the shelf's rows, where there is room for them. */
  rowNames: { text: string; y: number }[];
}

export interface Field {
  top: number;
  pitch: number;
  columns: number;
}

const NAMED_UP_TO = 30;
const NARROW = 560;
const GAP = 12;
export const PAD = 10;
const HEAD = 44;
const ROW = 26;
const CELL = 13;
/** A node's cell in a zone's field: as large as the room allows. */
const LARGEST = 14;
const SMALLEST = 4;
/** The lists under a field, and the pods of the node in focus. */
const MOST_STACKS = 6;
const FOCUS_ROWS = 8;
/** Room for the names of the shelf's rows. */
const SHELF_LEFT = 96;

/** Where everything stands. Depends on the places and on how many objects there are, not on what moves. */
export function layout(scene: Scene, room: number): Layout {
  const width = Math.max(300, Math.min(1200, Math.round(room)));
  const narrow = width < NARROW;
  const plan = new Plan(scene, width);
  if (narrow) {
    plan.row(
      [
        ['client', 1],
        ['etcd', 1],
      ],
      52,
    );
    plan.row([['apiserver', 1]], 70);
    plan.row(
      [
        ['controllers', 1.4],
        ['scheduler', 1],
      ],
      52,
    );
  } else {
    plan.row(
      [
        ['client', 1],
        ['apiserver', 3],
        ['etcd', 1.2],
      ],
      70,
    );
    plan.row(
      [
        ['controllers', 1.5],
        ['scheduler', 1],
      ],
      52,
    );
  }
  plan.tray('shelf');
  plan.tray('pending');
  plan.nodes();
  plan.focus();
  return plan.done();
}

class Plan {
  readonly boxes: Layout['boxes'] = new Map();
  readonly more: Layout['more'] = [];
  readonly rowNames: Layout['rowNames'] = [];
  /** Pods are drawn with their names; else as cells. */
  readonly named: boolean;
  readonly fields: Layout['fields'] = new Map();
  readonly #most = new Map<string, number>();
  /** The lowest seat that is taken among the pods that wait: rows before it are empty, and left out. */
  readonly #waiting: number;
  #y = 0;
  /** Per place: how many stand in a row, how many rows there are, and the size of one. */
  readonly #grids = new Map<string, { columns: number; rows: number; width: number; height: number; top: number }>();

  constructor(
    readonly scene: Scene,
    readonly width: number,
  ) {
    this.named = scene.stacks.length === 0 && scene.objects.filter((object) => object.ref.kind === 'Pod').length <= NAMED_UP_TO;
    this.#waiting = scene.objects.reduce((least, { place, slot }) => (place === 'pending' ? Math.min(least, slot) : least), Infinity);
    for (const object of scene.objects) {
      const key = object.place === 'shelf' ? `shelf/${object.ref.kind}` : object.place;
      this.#most.set(key, Math.max(this.#most.get(key) ?? 0, object.slot + 1));
    }
    for (const kind of Object.keys(scene.more)) this.#most.set(`shelf/${kind}`, Number.POSITIVE_INFINITY);
  }

  row(parts: readonly (readonly [string, number])[], height: number): void {
    const total = parts.reduce((sum, [, share]) => sum + share, 0);
    const free = this.width - GAP * 2 * (parts.length - 1);
    let x = 0;
    for (const [id, share] of parts) {
      const width = (free * share) / total;
      this.boxes.set(id, { x, y: this.#y, width, height });
      x += width + GAP * 2;
    }
    this.#y += height + 26;
  }

  /** What is in the API and on no node: one line for each kind, or pods that wait. */
  tray(id: 'shelf' | 'pending'): void {
    const inside = this.width - 2 * PAD;
    if (id === 'shelf') {
      const left = this.width < NARROW ? 0 : SHELF_LEFT;
      const columns = Math.max(2, Math.floor((inside - left) / 128));
      const kinds = SHELF_KINDS.filter(({ kind }) => ALWAYS.has(kind) || this.#most.has(`shelf/${kind}`));
      const each = (inside - left) / columns - 4;
      kinds.forEach(({ kind, label }, i) => {
        if (left > 0) this.rowNames.push({ text: label, y: this.#y + 22 + i * ROW + 15 });
        this.#grids.set(`shelf/${kind}`, { columns, rows: 1, width: each, height: 22, top: 22 + i * ROW });
      });
      this.boxes.set(id, { x: 0, y: this.#y, width: this.width, height: 22 + kinds.length * ROW + 6 });
    } else {
      const cell = this.named ? { width: Math.min(150, inside / 2 - 4), height: 22 } : { width: CELL, height: CELL };
      const columns = Math.max(1, Math.floor(inside / (cell.width + 3)));
      // Whoever waits keeps its place in a row; rows that emptied are left out.
      if (this.#waiting < Infinity) this.#most.set('pending', (this.#most.get('pending') ?? 0) - this.#before(columns));
      // The tray has one line, and grows where more pods wait, to a point.
      const rows = Math.min(this.named ? 2 : 4, Math.max(1, Math.ceil((this.#most.get('pending') ?? 0) / columns)));
      this.#grids.set('pending', { columns, rows, ...cell, top: 22 });
      const stacks = this.scene.stacks.filter((stack) => stack.place === 'pending').length;
      const height = stacks > 0 ? 26 : rows * (cell.height + 3);
      this.boxes.set(id, { x: 0, y: this.#y, width: this.width, height: 22 + Math.max(22, height) + 6 });
    }
    this.#y += (this.boxes.get(id)?.height ?? 0) + (id === 'shelf' ? GAP : 24);
  }

  nodes(): void {
    const nodes = this.scene.places.filter((place) => place.kind === 'node' && place.id !== 'focus');
    if (nodes.some((place) => place.cells !== undefined)) return this.#zones(nodes);
    const least = this.named ? 150 : 120;
    const columns = Math.max(1, Math.min(nodes.length, Math.floor((this.width + GAP) / (least + GAP))));
    const even = nodes.length <= columns ? columns : Math.ceil(nodes.length / Math.ceil(nodes.length / columns));
    const width = (this.width - GAP * (even - 1)) / even;
    const cell = this.named ? { width: width - 2 * PAD, height: 22 } : { width: CELL, height: CELL };
    const perRow = this.named ? 1 : Math.max(1, Math.floor((width - 2 * PAD + 3) / (CELL + 3)));
    const most = Math.max(0, ...nodes.map((node) => this.#most.get(node.id) ?? 0));
    const stacked = Math.max(0, ...nodes.map((node) => this.scene.stacks.filter((stack) => stack.place === node.id).length));
    const rows = Math.min(this.named ? 12 : 14, Math.max(this.named ? 3 : 4, Math.ceil(most / perRow)));
    const height = HEAD + (this.scene.stacks.length > 0 ? Math.max(1, Math.min(MOST_STACKS, stacked)) * ROW : rows * (cell.height + 3)) + 6;
    nodes.forEach((node: Place, i) => {
      this.boxes.set(node.id, {
        x: (i % even) * (width + GAP),
        y: this.#y + Math.floor(i / even) * (height + GAP),
        width,
        height,
      });
      this.#grids.set(node.id, { columns: perRow, rows, ...cell, top: HEAD });
    });
    this.#y += Math.max(1, Math.ceil(nodes.length / even)) * (height + GAP) - GAP;
  }

  /** Of a large cluster: the zones, each a field of cells with the stacks below. */
  #zones(zones: readonly Place[]): void {
    const columns = Math.max(1, Math.min(zones.length, this.width < NARROW ? 1 : zones.length === 4 ? 2 : 3));
    const width = (this.width - GAP * (columns - 1)) / columns;
    const inside = width - 2 * PAD;
    const most = Math.max(1, ...zones.map((zone) => zone.cells?.length ?? 0));
    const tallest = this.width < NARROW ? 130 : 190;
    let pitch = LARGEST;
    while (pitch > SMALLEST && Math.ceil(most / Math.floor(inside / pitch)) * pitch > tallest) pitch -= pitch > 6 ? 1 : 0.5;
    const perRow = Math.floor(inside / pitch);
    const field = Math.ceil(most / perRow) * pitch;
    const stacked = Math.max(1, ...zones.map((zone) => this.scene.stacks.filter((stack) => stack.place === zone.id).length));
    const height = HEAD + field + 8 + Math.min(MOST_STACKS, stacked) * ROW + 2;
    zones.forEach((zone, i) => {
      const place = { x: (i % columns) * (width + GAP), y: this.#y + Math.floor(i / columns) * (height + GAP), width, height };
      this.boxes.set(zone.id, place);
      this.fields.set(zone.id, { top: HEAD, pitch, columns: perRow });
    });
    this.#y += Math.ceil(zones.length / columns) * (height + GAP) - GAP;
  }

  /** The node that was picked in a large cluster, with its pods one by one. */
  focus(): void {
    if (!this.scene.places.some((place) => place.id === 'focus')) return;
    const inside = this.width - 2 * PAD;
    const most = this.#most.get('focus') ?? 0;
    const named = most <= NAMED_UP_TO;
    const cell = named
      ? { width: Math.min(220, inside / Math.max(1, Math.floor(inside / 150)) - 3), height: 22 }
      : { width: CELL, height: CELL };
    const columns = Math.max(1, Math.floor((inside + 3) / (cell.width + 3)));
    const rows = Math.min(FOCUS_ROWS, Math.max(1, Math.ceil(most / columns)));
    this.#y += GAP;
    this.boxes.set('focus', { x: 0, y: this.#y, width: this.width, height: HEAD + rows * (cell.height + 3) + 6 });
    this.#grids.set('focus', { columns, rows, ...cell, top: HEAD });
    this.#y += HEAD + rows * (cell.height + 3) + 6;
  }

  done(): Layout {
    this.#countOverflow();
    return {
      width: this.width,
      height: this.#y,
      boxes: this.boxes,
      rowNames: this.rowNames,
      more: this.more,
      fields: this.fields,
      stages: this.#stages(),
      object: (object) => this.#object(object),
      stack: (stack) => this.#stack(stack),
    };
  }

  #object(object: SceneObject): Box | undefined {
    const key = object.place === 'shelf' ? `shelf/${object.ref.kind}` : object.place;
    const grid = this.#grids.get(key);
    const box = this.boxes.get(object.place);
    if (grid === undefined || box === undefined) return undefined;
    const most = this.#most.get(key) ?? 0;
    const seats = grid.columns * grid.rows;
    const slot = this.#seatOf(object, grid.columns);
    // A full row gives its last seat to the count of the others.
    if (most > seats && slot >= seats - 1) return undefined;
    const left = object.place === 'shelf' && this.width >= NARROW ? SHELF_LEFT : 0;
    return {
      x: box.x + PAD + left + (slot % grid.columns) * (grid.width + (object.place === 'shelf' ? 4 : 3)),
      y: box.y + grid.top + Math.floor(slot / grid.columns) * (grid.height + 3),
      width: grid.width,
      height: grid.height,
    };
  }

  #seatOf({ place, slot }: SceneObject, columns: number): number {
    return place === 'pending' ? slot - this.#before(columns) : slot;
  }

  /** Seats in the rows before the first pod that waits. */
  #before(columns: number): number {
    return this.#waiting - (this.#waiting % columns);
  }

  #stack(stack: Stack): Box | undefined {
    const box = this.boxes.get(stack.place);
    if (box === undefined) return undefined;
    const here = this.scene.stacks.filter((each) => each.place === stack.place);
    const i = here.indexOf(stack);
    const field = this.fields.get(stack.place);
    // Below a field the stacks stand at the foot of the box.
    const top = stack.place === 'pending' ? 22 : field === undefined ? HEAD : box.height - 4 - Math.min(MOST_STACKS, here.length) * ROW;
    if (stack.place === 'pending') {
      const width = Math.min(220, (this.width - 2 * PAD) / Math.max(1, here.length) - 4);
      return { x: box.x + PAD + i * (width + 4), y: box.y + top, width, height: 22 };
    }
    return i >= MOST_STACKS ? undefined : { x: box.x + PAD, y: box.y + top + i * ROW, width: box.width - 2 * PAD, height: 22 };
  }

  #countOverflow(): void {
    for (const [key, most] of this.#most) {
      const grid = this.#grids.get(key);
      const place = key.startsWith('shelf/') ? 'shelf' : key;
      const box = this.boxes.get(place);
      if (grid === undefined || box === undefined || most <= grid.columns * grid.rows) continue;
      const seats = grid.columns * grid.rows;
      const hidden =
        (this.scene.more[key.slice('shelf/'.length)] ?? 0) +
        this.scene.objects.filter(
          (object) =>
            (object.place === 'shelf' ? `shelf/${object.ref.kind}` : object.place) === key &&
            this.#seatOf(object, grid.columns) >= seats - 1,
        ).length;
      const left = place === 'shelf' && this.width >= NARROW ? SHELF_LEFT : 0;
      const gap = place === 'shelf' ? 4 : 3;
      this.more.push({
        key,
        text: `+${hidden}`,
        x: box.x + PAD + left + (grid.columns - 1) * (grid.width + gap) + (grid.height > CELL ? 6 : -12),
        y: box.y + grid.top + (grid.rows - 1) * (grid.height + 3) + (grid.height > 16 ? 15 : 11),
      });
    }
  }

  #stages(): Map<string, Box> {
    const server = this.scene.places.find((place) => place.id === 'apiserver');
    const box = this.boxes.get('apiserver');
    const stages = server?.stages ?? [];
    if (box === undefined) return new Map();
    // As wide as its name asks for, with room for its mark.
    const letters = stages.reduce((sum, { name }) => sum + name.length + 5, 0);
    const unit = (box.width - 2 * PAD + 4) / Math.max(1, letters);
    let x = box.x + PAD;
    return new Map(
      stages.map(({ name }) => {
        const width = unit * (name.length + 5);
        const stage = { x, y: box.y + 34, width: width - 4, height: 20 };
        x += width;
        return [name, stage];
      }),
    );
  }
}
