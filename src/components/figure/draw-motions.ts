import type { Motion, Scene } from '../../scenes/scene.ts';
import { middle, type Group } from './svg.ts';
import type { Box, Layout } from './layout.ts';

/** Milliseconds of wall time: a way from place to place, a station of the API server, the wait before the next one sets out. */
const TRAVEL = 520;
const STATION = 110;
const STAGGER = 190;
// However many motions a beat has, they are all under way within this.
const LONGEST = 2400;

interface Point {
  x: number;
  y: number;
}

/** Each motion of the beat once, one after the other; a motion that was drawn is not drawn again. */
export function drawMotions(group: Group, scene: Scene, plan: Layout, still: boolean): void {
  if (still) group.selectAll('g.motion').remove();
  const drawn = group.selectAll<SVGGElement, Motion>('g.motion').data(scene.motions as Motion[], (motion) => motion.seq);
  drawn.exit().remove();
  const known = seen.get(group.node() as SVGGElement) ?? new Set<number>();
  seen.set(group.node() as SVGGElement, new Set(scene.motions.map((motion) => motion.seq)));
  const fresh = drawn.enter().filter((motion) => still || !known.has(motion.seq));
  const marks = fresh.append('g').attr('class', (motion) => `motion ${motion.style}${motion.failed === true ? ' failed' : ''}`);
  marks.append('title').text((motion) => motion.label);
  marks.append('circle').attr('r', (motion) => (motion.style === 'work' ? 7 : 5.5));
  marks
    .filter((motion) => motion.revision !== undefined || motion.count !== undefined)
    .append('text')
    .attr('x', (motion) => (motion.style === 'commit' ? 0 : motion.style === 'work' ? -12 : 10))
    // Stamps that follow each other closely take turns below the line; other counts stand beside their mark.
    .attr('y', (motion, i) => (motion.style === 'commit' ? 17 + (i % 2) * 12 : 4))
    .attr('text-anchor', (motion) => (motion.style === 'commit' ? 'middle' : motion.style === 'work' ? 'end' : 'start'))
    .text(note);
  const stagger = Math.min(STAGGER, LONGEST / Math.max(1, scene.motions.length));
  const seats = new Map<string, number>();
  marks.each(function (motion) {
    const way = points(motion, plan);
    const end = way.at(-1) as Point;
    if (still) {
      // Without movement: what went where lies at the end of its way, side by side.
      const key = `${motion.from}>${motion.to}`;
      const seat = seats.get(key) ?? 0;
      seats.set(key, seat + 1);
      this.setAttribute('transform', `translate(${end.x - seat * 13},${end.y})`);
      return;
    }
    const first = way[0] as Point;
    this.setAttribute('transform', `translate(${first.x},${first.y})`);
    const index = scene.motions.indexOf(motion);
    const run = motion.style === 'work' ? pulse(this, end, index * stagger) : travel(this, way, index * stagger);
    run.finished.then(
      () => this.remove(),
      () => this.remove(),
    );
  });
}

/** What was drawn of the beat on view; a beat that grows adds to it. */
const seen = new WeakMap<SVGGElement, Set<number>>();

function note(motion: Motion): string {
  const times = motion.count === undefined ? '' : `×${motion.count}`;
  return motion.revision === undefined ? times : `${times} @${motion.revision}`.trim();
}

function travel(element: SVGGElement, way: readonly Point[], delay: number): Animation {
  const duration = TRAVEL + (way.length - 2) * STATION;
  const last = way.length - 1;
  const frames = way.map((point, i) => ({
    transform: `translate(${point.x}px, ${point.y}px)`,
    // The first leg is the way itself; what follows are the stations behind the door.
    offset: i === 0 ? 0 : (TRAVEL + (i - 1) * STATION) / duration,
    opacity: 1,
    easing: i === 0 ? 'cubic-bezier(0.5, 0, 0.3, 1)' : 'linear',
  }));
  const end = frames[last] as (typeof frames)[number];
  return element.animate(
    [
      ...frames.slice(0, -1).map((frame) => ({ ...frame, offset: frame.offset * 0.85 })),
      { ...end, offset: 0.85 },
      { ...end, offset: 1, opacity: 0 },
    ],
    { duration: duration / 0.85, delay, fill: 'both' },
  );
}

function pulse(element: SVGGElement, where: Point, delay: number): Animation {
  const place = `translate(${where.x}px, ${where.y}px)`;
  return element.animate(
    [
      { transform: `${place} scale(0.4)`, opacity: 0 },
      { transform: `${place} scale(1)`, opacity: 1, offset: 0.3 },
      { transform: `${place} scale(1)`, opacity: 1, offset: 0.7 },
      { transform: `${place} scale(1.6)`, opacity: 0 },
    ],
    { duration: TRAVEL * 1.6, delay, fill: 'both' },
  );
}

/** From edge to edge of the two places; a request goes on through the stations that it reached. */
function points(motion: Motion, plan: Layout): Point[] {
  const from = plan.boxes.get(motion.from);
  const to = plan.boxes.get(motion.to);
  if (motion.from === motion.to) {
    const box = from ?? { x: 0, y: 0, width: 0, height: 0 };
    const corner = { x: box.x + box.width - 16, y: box.y + 16 };
    return [corner, corner];
  }
  const start = edge(from, middle(to));
  const stations = (motion.stages ?? []).flatMap((stage) => {
    const box = plan.stages.get(stage);
    return box === undefined ? [] : [{ x: box.x + box.width / 2, y: box.y + box.height + 7 }];
  });
  return stations.length === 0 ? [start, edge(to, middle(from))] : [start, ...stations];
}

/** Where the line from a box's middle towards a point leaves the box. */
function edge(box: Box | undefined, towards: Point): Point {
  const centre = middle(box);
  if (box === undefined) return centre;
  const dx = towards.x - centre.x;
  const dy = towards.y - centre.y;
  const up = centre.y - box.y;
  const down = box.y + box.height - centre.y;
  const across = dx === 0 ? Number.POSITIVE_INFINITY : box.width / 2 / Math.abs(dx);
  const along = dy === 0 ? Number.POSITIVE_INFINITY : (dy < 0 ? up : down) / Math.abs(dy);
  const share = Math.min(1, across, along);
  return { x: centre.x + dx * share, y: centre.y + dy * share };
}
