import { select } from 'd3';
import type { Scene } from '../../scenes/scene.ts';
import { drawCells, worthALook } from './draw-cells.ts';
import { drawMotions } from './draw-motions.ts';
import { drawObjects } from './draw-objects.ts';
import { layout, type Layout } from './layout.ts';
import { at, cut, middle, size, type DrawOptions, type Group } from './svg.ts';

/** Draws a scene into an SVG; called again it brings the picture to the new scene. Nothing here decides what is true. */
export function draw(element: SVGSVGElement, scene: Scene, options: DrawOptions): void {
  const plan = layout(scene, options.width);
  const svg = select(element);
  svg
    .attr('viewBox', `-2 -2 ${plan.width + 4} ${plan.height + 4}`)
    .attr('width', plan.width + 4)
    .attr('height', plan.height + 4);
  const layer = (name: string): Group => {
    const found = svg.select<SVGGElement>(`g.${name}`);
    return found.empty() ? svg.append('g').attr('class', name) : found;
  };
  lines(layer('lines'), scene, plan);
  trays(layer('trays'), plan);
  places(layer('places'), scene, plan, options);
  drawCells(layer('fields'), scene, plan, options);
  stages(layer('stages'), scene, plan);
  drawObjects(layer('objects'), scene, plan, options);
  drawMotions(layer('motions'), scene, plan, options.still);
}

/** The standing connections. All of them end at the API server; those used in this beat are lit. */
function lines(group: Group, scene: Scene, plan: Layout): void {
  const used = new Map<string, string>();
  const lanes = new Map<string, { id: string; path: string; style: string; down: boolean }>();
  const between = (a: string, b: string): string => {
    const from = middle(plan.boxes.get(a));
    const to = middle(plan.boxes.get(b));
    return `M${from.x},${from.y}L${to.x},${to.y}`;
  };
  for (const { from, to, style } of scene.motions) {
    if (from === to) continue;
    // Data has a lane of its own: it does not pass the API server.
    const id = [from, to].sort().join('>');
    if (style === 'data') lanes.set(id, { id, path: between(from, to), style, down: false });
    else used.set(from === 'apiserver' ? to : from, style);
  }
  const standing = scene.places
    .filter((place) => place.id !== 'apiserver' && place.id !== 'focus')
    .map((place) => ({
      id: place.id,
      path: between('apiserver', place.id),
      style: used.get(place.id) ?? '',
      down: place.state === 'down',
    }));
  group
    .selectAll<SVGPathElement, (typeof standing)[number]>('path')
    .data([...standing, ...lanes.values()], (line) => line.id)
    .join('path')
    .attr('class', (line) => `${line.style === '' ? '' : line.style === 'data' ? 'lane' : 'lit'}${line.down ? ' down' : ''}`)
    .attr('d', (line) => line.path);
}

const TRAYS = [
  { id: 'shelf', label: 'Stored in the API, running nowhere' },
  { id: 'pending', label: 'Pods without a node' },
];

function trays(group: Group, plan: Layout): void {
  group
    .selectAll<SVGGElement, (typeof TRAYS)[number]>('g.tray')
    .data(TRAYS, (tray) => tray.id)
    .join((enter) => {
      const g = enter.append('g').attr('class', (tray) => `tray ${tray.id}`);
      g.append('rect').attr('rx', 6);
      g.append('text').attr('class', 'tray-label').attr('x', 10).attr('y', 15);
      return g;
    })
    .attr('transform', (tray) => at(plan.boxes.get(tray.id)))
    .each(function (tray) {
      size(select(this).select('rect'), plan.boxes.get(tray.id));
      select(this).select('text').text(tray.label);
    });
  group
    .selectAll<SVGTextElement, Layout['rowNames'][number]>('text.row-name')
    .data(plan.rowNames, ({ text }) => text)
    .join('text')
    .attr('class', 'row-name')
    .attr('x', 10)
    .attr('y', ({ y }) => y)
    .text(({ text }) => text);
  group
    .selectAll<SVGTextElement, Layout['more'][number]>('text.more')
    .data(plan.more, (more) => more.key)
    .join('text')
    .attr('class', 'more')
    .attr('x', (more) => more.x)
    .attr('y', (more) => more.y)
    .text((more) => more.text);
}

function places(group: Group, scene: Scene, plan: Layout, { onCell }: DrawOptions): void {
  group
    .selectAll<SVGGElement, Scene['places'][number]>('g.place')
    .data(scene.places, (place) => place.id)
    .join((enter) => {
      const g = enter.append('g').attr('role', 'img').attr('tabindex', -1);
      g.append('rect').attr('rx', 8);
      g.append('text').attr('class', 'label').attr('x', 11).attr('y', 20);
      g.append('text').attr('class', 'note').attr('x', 11).attr('y', 36);
      // What is read aloud is the label alone; the drawn text may be shortened.
      g.selectAll('text').attr('aria-hidden', 'true');
      return g;
    })
    .attr('class', (place) => `place ${place.kind} ${place.state}${place.lit ? ' lit' : ''}`)
    .attr('data-walk', (place) => place.id)
    .attr(
      'aria-label',
      (place) => `${place.label}${place.state === 'down' ? ', stopped' : ''}${place.note === undefined ? '' : `, ${place.note}`}`,
    )
    .attr('transform', (place) => at(plan.boxes.get(place.id)))
    .on('keydown', (event: KeyboardEvent, place) => {
      if (place.cells === undefined || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      onCell(place.id, worthALook(place.cells));
    })
    .each(function (place) {
      const box = plan.boxes.get(place.id);
      const g = select(this);
      size(g.select('rect'), box);
      const room = (box?.width ?? 0) - 18;
      g.select('.label').text(cut(place.state === 'down' ? `✕ ${place.label}, stopped` : place.label, Math.floor(room / 7.6)));
      g.select('.note').text(place.stages === undefined ? cut(place.note ?? '', Math.floor(room / 6)) : '');
    });
}

/** The API server's stations: what a request has to pass. */
function stages(group: Group, scene: Scene, plan: Layout): void {
  const list = scene.places.find((place) => place.id === 'apiserver')?.stages ?? [];
  group
    .selectAll<SVGGElement, (typeof list)[number]>('g.stage')
    .data(list, (stage) => stage.name)
    .join((enter) => {
      const g = enter.append('g');
      g.append('rect').attr('rx', 10);
      g.append('text').attr('text-anchor', 'middle').attr('y', 14);
      return g;
    })
    .attr('class', (stage) => `stage ${stage.state}`)
    .attr('transform', (stage) => at(plan.stages.get(stage.name)))
    .each(function (stage) {
      const box = plan.stages.get(stage.name);
      size(select(this).select('rect'), box);
      const mark = { passed: '✓ ', refused: '✗ ', idle: '' }[stage.state];
      select(this)
        .select('text')
        .attr('x', (box?.width ?? 0) / 2)
        .text(`${(box?.width ?? 0) > stage.name.length * 5.6 + 22 ? mark : ''}${stage.name}`);
    });
}
