import { easeCubicInOut, select, transition, type Selection } from 'd3';
import type { Motion, Scene, SceneObject } from '../../scenes/scene.ts';
import { layout, type Box, type Layout } from './layout.ts';

export interface DrawOptions {
  narrow: boolean;
  /** Step from state to state without movement. */
  still: boolean;
  picked: { kind: string; name: string } | undefined;
  onPick: (object: SceneObject) => void;
}

type Svg = Selection<SVGSVGElement, unknown, null, undefined>;

/** Milliseconds of wall time that one motion takes, and its beginning after the one before. */
const TRAVEL = 520;
const STAGGER = 70;

/** Named, not only called on a selection: a bundler drops d3-transition when nothing of it is imported. */
const travel = () => transition().duration(TRAVEL).ease(easeCubicInOut);

/** Draws a scene into an SVG; called again it brings the picture to the new scene. Nothing here decides what is true. */
export function draw(element: SVGSVGElement, scene: Scene, options: DrawOptions): void {
  const plan = layout(scene, options.narrow);
  const svg: Svg = select(element);
  svg.attr('viewBox', `-2 -2 ${plan.width + 4} ${plan.height + 4}`);
  places(layer(svg, 'lines'), layer(svg, 'places'), scene, plan);
  objects(layer(svg, 'objects'), scene, plan, options);
  motions(layer(svg, 'motions'), scene, plan, options);
}

function layer(svg: Svg, name: string): Selection<SVGGElement, unknown, null, undefined> {
  const found = svg.select<SVGGElement>(`g.${name}`);
  return found.empty() ? svg.append('g').attr('class', name) : found;
}

function places(
  lines: Selection<SVGGElement, unknown, null, undefined>,
  group: Selection<SVGGElement, unknown, null, undefined>,
  scene: Scene,
  plan: Layout,
): void {
  const standing = scene.places
    .filter((place) => place.id !== 'apiserver')
    .map((place) => ({ id: place.id, path: path(centre(plan.boxes.get('apiserver')), centre(plan.boxes.get(place.id))) }));
  lines
    .selectAll<SVGPathElement, (typeof standing)[number]>('path')
    .data(standing, (line) => line.id)
    .join('path')
    .attr('d', (line) => line.path);

  const trays = [
    { id: 'shelf', label: 'Objects in the API' },
    { id: 'pending', label: 'Pods without a node' },
  ];
  group
    .selectAll<SVGGElement, (typeof trays)[number]>('g.tray')
    .data(trays, (tray) => tray.id)
    .join((enter) => {
      const g = enter.append('g').attr('class', 'tray');
      g.append('rect').attr('rx', 6);
      g.append('text').attr('class', 'tray-label').attr('x', 10).attr('y', 15);
      return g;
    })
    .attr('transform', (tray) => at(plan.boxes.get(tray.id)))
    .each(function (tray) {
      const box = plan.boxes.get(tray.id);
      const g = select(this);
      g.select('rect')
        .attr('width', box?.width ?? 0)
        .attr('height', box?.height ?? 0);
      g.select('text').text(tray.label);
    });

  group
    .selectAll<SVGGElement, Scene['places'][number]>('g.place')
    .data(scene.places, (place) => place.id)
    .join((enter) => {
      const g = enter.append('g');
      g.append('rect').attr('rx', 8);
      g.append('text').attr('class', 'label').attr('x', 12).attr('y', 22);
      g.append('text').attr('class', 'note').attr('x', 12).attr('y', 38);
      return g;
    })
    .attr('class', (place) => `place ${place.kind} ${place.state}${place.lit ? ' lit' : ''}`)
    .attr('transform', (place) => at(plan.boxes.get(place.id)))
    .each(function (place) {
      const box = plan.boxes.get(place.id);
      const g = select(this);
      g.select('rect')
        .attr('width', box?.width ?? 0)
        .attr('height', box?.height ?? 0);
      g.select('.label').text(place.state === 'down' ? `${place.label} — stopped` : place.label);
      g.select('.note').text(cut(place.note ?? '', Math.floor(((box?.width ?? 0) - 20) / 6.2)));
    });
}

function objects(group: Selection<SVGGElement, unknown, null, undefined>, scene: Scene, plan: Layout, options: DrawOptions): void {
  const move = (selection: Selection<SVGGElement, SceneObject, SVGGElement, unknown>): void => {
    if (options.still) selection.attr('transform', (object) => at(plan.object(object)));
    else
      selection
        .transition(travel())
        .attr('transform', (object) => at(plan.object(object)));
  };
  group
    .selectAll<SVGGElement, SceneObject>('g.object')
    .data(scene.objects as SceneObject[], (object) => object.key)
    .join(
      (enter) => {
        const g = enter
          .append('g')
          .attr('role', 'treeitem')
          .attr('tabindex', -1)
          .attr('transform', (object) => at(origin(object, scene, plan)));
        g.append('rect').attr('rx', 4);
        g.append('text').attr('class', 'name').attr('x', 8).attr('y', 15);
        g.append('text').attr('class', 'status').attr('text-anchor', 'end').attr('y', 15);
        g.append('title');
        return g;
      },
      (update) => update,
      (exit) => exit.remove(),
    )
    .attr('class', (object) => `object ${object.ref.kind} ${object.tone}${isPicked(object, options.picked) ? ' picked' : ''}`)
    .attr(
      'aria-label',
      (object) =>
        `${object.ref.kind} ${object.ref.name}, ${object.status}${object.place.startsWith('node:') ? `, on ${object.place.slice(5)}` : ''}`,
    )
    .attr('aria-selected', (object) => String(isPicked(object, options.picked)))
    .on('click', (_event, object) => options.onPick(object))
    .on('keydown', (event: KeyboardEvent, object) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        options.onPick(object);
      }
    })
    .each(function (object) {
      const box = plan.object(object);
      const g = select(this);
      const wordy = object.place === 'shelf' || plan.named;
      g.select('rect').attr('width', box.width).attr('height', box.height);
      const status = object.place === 'pending' ? '' : object.status;
      const room = Math.floor((box.width - 18) / 6.4);
      const named = room - Math.min(status.length, 17) - 1;
      g.select('.name').text(wordy ? cut(object.ref.name, named, true) : '');
      g.select('.status')
        .attr('x', box.width - 8)
        .text(wordy ? cut(status, 17) : '');
      g.select('title').text(`${object.ref.kind} ${object.ref.name}: ${object.status}`);
    })
    .call(move);
}

/** A new object comes from its owner, or from the API server. */
function origin(object: SceneObject, scene: Scene, plan: Layout): Box {
  const owner = scene.objects.find((candidate) => candidate.key === object.owner);
  return owner === undefined ? (plan.boxes.get('apiserver') ?? plan.object(object)) : plan.object(owner);
}

function motions(group: Selection<SVGGElement, unknown, null, undefined>, scene: Scene, plan: Layout, options: DrawOptions): void {
  const drawn = group.selectAll<SVGGElement, Motion>('g.motion').data(scene.motions as Motion[], (motion) => motion.seq);
  drawn.exit().remove();
  const fresh = drawn
    .enter()
    .append('g')
    .attr('class', (motion) => `motion ${motion.style}${motion.failed === true ? ' failed' : ''}`);
  fresh.append('title').text((motion) => motion.label);
  fresh.append('circle').attr('r', 5);
  fresh
    .filter((motion) => motion.style === 'commit')
    .append('text')
    .attr('x', 9)
    .attr('y', 4)
    .text((motion) => motion.label.replace(/^.*@ /, '@'));
  const place = (motion: Motion, share: number): string => {
    const from = centre(plan.boxes.get(motion.from));
    const to = centre(plan.boxes.get(motion.to));
    return `translate(${from.x + (to.x - from.x) * share},${from.y + (to.y - from.y) * share})`;
  };
  if (options.still) {
    fresh.attr('transform', (motion) => place(motion, 0.5));
    return;
  }
  fresh
    .attr('transform', (motion) => place(motion, 0))
    .transition(travel())
    .delay((_motion, i) => Math.min(i, 12) * STAGGER)
    .attrTween('transform', (motion) => (share) => place(motion, share))
    .transition()
    .duration(300)
    .style('opacity', 0)
    .remove();
}

function isPicked(object: SceneObject, picked: DrawOptions['picked']): boolean {
  return picked !== undefined && picked.kind === object.ref.kind && picked.name === object.ref.name;
}

function centre(box: Box | undefined): { x: number; y: number } {
  return box === undefined ? { x: 0, y: 0 } : { x: box.x + box.width / 2, y: box.y + Math.min(box.height, 64) / 2 };
}

function path(from: { x: number; y: number }, to: { x: number; y: number }): string {
  return `M${from.x},${from.y}L${to.x},${to.y}`;
}

function at(box: Box | undefined): string {
  return `translate(${box?.x ?? 0},${box?.y ?? 0})`;
}

/** Shortens a text to `room` characters; names keep their end, where generated names differ. */
function cut(text: string, room: number, keepEnd = false): string {
  if (text.length <= room) return text;
  if (room < 2) return '';
  return keepEnd ? `…${text.slice(-(room - 1))}` : `${text.slice(0, room - 1)}…`;
}
