import { pointer, select } from 'd3';
import { CELL, FULL, type Place, type Scene } from '../../scenes/scene.ts';
import type { Field, Layout } from './layout.ts';
import { PAD } from './layout.ts';
import { at, type DrawOptions, type Group } from './svg.ts';

type State = 'down' | 'bad' | 'wait' | `full-${number}`;

const STATES: readonly State[] = [...[0, ...FULL].map((_, level): State => `full-${level}`), 'wait', 'bad', 'down'];

/** The mark of a state within a cell so wide: told apart by form, not by colour alone. */
const MARK: Readonly<Record<'down' | 'bad' | 'wait' | 'full', (x: number, y: number, s: number) => string>> = {
  full: (x, y, s) => `M${x},${y}h${s}v${s}h${-s}z`,
  wait: (x, y, s) => `M${x},${y}v${s}h${s}z`,
  bad: (x, y, s) => `M${x + s / 2},${y}l${s / 2},${s / 2}l${-s / 2},${s / 2}l${-s / 2},${-s / 2}z`,
  down: (x, y, s) => `M${x},${y + s * 0.35}h${s}v${s * 0.3}h${-s}z`,
};

/** The nodes of a large cluster as a field of cells for each zone: one path for each state, so that thousands cost a few elements. */
export function drawCells(group: Group, scene: Scene, plan: Layout, { onCell }: DrawOptions): void {
  group
    .selectAll<SVGGElement, Place>('g.field')
    .data(
      scene.places.filter((place) => plan.fields.has(place.id)),
      (place) => place.id,
    )
    .join('g')
    .attr('class', 'field')
    .attr('transform', (place) => at(plan.boxes.get(place.id)))
    .on('click', function (event: MouseEvent, place) {
      const cell = cellAt(pointer(event, this), plan.fields.get(place.id) as Field);
      if (cell !== undefined && cell < (place.cells?.length ?? 0)) onCell(place.id, cell);
    })
    .each(function (place) {
      const field = plan.fields.get(place.id) as Field;
      const { cells = new Uint8Array() } = place;
      if (unchanged(this, cells, field)) return;
      const paths = drawn(cells, field);
      select(this)
        .selectAll<SVGPathElement, State>('path')
        .data(STATES)
        .join('path')
        .attr('class', (state) => `cell ${state}`)
        .attr('d', (state) => paths.get(state)?.join('') ?? '');
    });
}

/** The cell that is most worth a look: in trouble, else not ready, else starting, else the fullest. */
export function worthALook(cells: Uint8Array): number {
  const weight = (cell: number): number =>
    (cell & CELL.trouble ? 8 : 0) + (cell & CELL.notReady ? 32 : 0) + (cell & CELL.starting ? 6 : 0) + (cell & CELL.level);
  let best = 0;
  cells.forEach((cell, i) => (best = weight(cell) > weight(cells[best] ?? 0) ? i : best));
  return best;
}

function stateOf(cell: number): State {
  if ((cell & CELL.notReady) !== 0) return 'down';
  if ((cell & CELL.trouble) !== 0) return 'bad';
  return (cell & CELL.starting) !== 0 ? 'wait' : `full-${cell & CELL.level}`;
}

function drawn(cells: Uint8Array, { top, pitch, columns }: Field): Map<State, string[]> {
  const paths = new Map<State, string[]>();
  const size = pitch - Math.max(1, Math.round(pitch / 6));
  cells.forEach((cell, i) => {
    const state = stateOf(cell);
    const mark = MARK[state.startsWith('full') ? 'full' : (state as 'down')];
    const text = mark(PAD + (i % columns) * pitch, top + Math.floor(i / columns) * pitch, size);
    const path = paths.get(state);
    if (path === undefined) paths.set(state, [text]);
    else path.push(text);
  });
  return paths;
}

/** What was drawn last: a field in which nothing has happened costs nothing. */
const last = new WeakMap<Element, { cells: Uint8Array; key: string }>();

function unchanged(element: Element, cells: Uint8Array, field: Field): boolean {
  const key = JSON.stringify(field);
  const before = last.get(element);
  last.set(element, { cells, key });
  return before?.key === key && before.cells.length === cells.length && before.cells.every((cell, i) => cell === cells[i]);
}

function cellAt([x, y]: [number, number], { top, pitch, columns }: Field): number | undefined {
  const column = Math.floor((x - PAD) / pitch);
  const row = Math.floor((y - top) / pitch);
  return column < 0 || column >= columns || row < 0 ? undefined : row * columns + column;
}
