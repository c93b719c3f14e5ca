import { select } from 'd3';
import type { Scene, SceneObject, Stack, Tone } from '../../scenes/scene.ts';
import { SHELF_KINDS } from '../../scenes/shelf-kinds.ts';
import { at, cut, size, type DrawOptions, type Group } from './svg.ts';
import type { Box, Layout } from './layout.ts';
import { strings } from './strings.ts';

/** Milliseconds of wall time that an object takes to its new place. */
const MOVE = 450;
/** Boxes as wide as this have words in them. */
const WORDY = 40;
/** Not by colour alone: a cell's mark. */
const MARKS: Readonly<Record<Tone, string>> = { ok: '', wait: '·', bad: '×', gone: '–' };

const SHORT = new Map(SHELF_KINDS.map(({ kind, short }) => [kind, short]));

/** Objects in their places, with their state; too many pods as stacks. */
export function drawObjects(group: Group, scene: Scene, plan: Layout, options: DrawOptions): void {
  const shown = scene.objects.filter((object) => plan.object(object) !== undefined);
  const family = related(scene, options.picked);
  group
    .selectAll<SVGGElement, SceneObject>('g.object')
    .data(shown, (object) => object.key)
    .join((enter) => {
      const g = enter.append('g').attr('role', 'img').attr('tabindex', -1);
      g.append('rect').attr('rx', 3);
      g.append('text').attr('class', 'name').attr('x', 7).attr('y', 15);
      g.append('text').attr('class', 'status').attr('text-anchor', 'end').attr('y', 15);
      g.append('text').attr('class', 'mark').attr('text-anchor', 'middle').attr('x', 6.5).attr('y', 10.5);
      g.append('title');
      g.selectAll('text, title').attr('aria-hidden', 'true');
      return g;
    })
    .attr('class', (object) => {
      const dim = family !== undefined && !family.has(object.key) ? ' dim' : '';
      return `object ${object.ref.kind} ${object.tone}${isPicked(object, options.picked) ? ' picked' : ''}${dim}`;
    })
    .attr('data-walk', (object) => `${object.place}/${object.ref.kind}/${String(object.slot).padStart(6, '0')}`)
    .attr('aria-label', (object) => describe(object))
    .attr('aria-current', (object) => (isPicked(object, options.picked) ? 'true' : null))
    .on('click', (_event, object) => options.onPick(object))
    .on('keydown', (event: KeyboardEvent, object) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      options.onPick(object);
    })
    .each(function (object) {
      const box = plan.object(object) as Box;
      fill(this, object, box, box.width > WORDY, plan.rowNames.length > 0);
      glide(this, object, box, scene, plan, options.still);
    });
  stacks(group, scene, plan);
}

function fill(element: SVGGElement, object: SceneObject, box: Box, wordy: boolean, rowNames: boolean): void {
  const g = select(element);
  size(g.select('rect'), box);
  const room = Math.floor((box.width - 16) / 6.35);
  // Where there is no room for the names of the rows, each object says what it is, as kubectl abbreviates it.
  const name =
    object.place === 'shelf' && !rowNames ? `${SHORT.get(object.ref.kind) ?? object.ref.kind}/${object.ref.name}` : object.ref.name;
  // A short name on the shelf is shown whole, whatever its state is called.
  const least = object.place === 'shelf' ? Math.min(name.length, 7) + 1 : 6;
  const status = object.place === 'pending' ? '' : cut(object.status, Math.max(3, room - least));
  g.select('.name').text(wordy ? cut(name, room - status.length - (status === '' ? 0 : 1), true) : '');
  g.select('.status')
    .attr('x', box.width - 7)
    .text(wordy ? status : '');
  g.select('.mark').text(wordy ? '' : MARKS[object.tone]);
  g.select('title').text(describe(object));
}

/** Moves an object from where it was to where it belongs. A new one comes from its owner, or from the API server. */
function glide(element: SVGGElement, object: SceneObject, box: Box, scene: Scene, plan: Layout, still: boolean): void {
  const to = at(box);
  const from = element.getAttribute('transform') ?? at(origin(object, scene, plan));
  element.setAttribute('transform', to);
  if (still || from === to) return;
  const css = (transform: string): string => transform.replace(/translate\(([^,]+),([^)]+)\)/, 'translate($1px, $2px)');
  element.animate([{ transform: css(from) }, { transform: css(to) }], { duration: MOVE, easing: 'cubic-bezier(0.5, 0, 0.3, 1)' });
}

function origin(object: SceneObject, scene: Scene, plan: Layout): Box | undefined {
  const owner = scene.objects.find((candidate) => candidate.key === object.owner);
  return (owner === undefined ? undefined : plan.object(owner)) ?? plan.boxes.get('apiserver');
}

function stacks(group: Group, scene: Scene, plan: Layout): void {
  group
    .selectAll<SVGGElement, Stack>('g.stack')
    .data(
      scene.stacks.filter((stack) => plan.stack(stack) !== undefined),
      (stack) => stack.key,
    )
    .join((enter) => {
      const g = enter.append('g').attr('role', 'img').attr('tabindex', -1);
      g.append('rect').attr('class', 'all').attr('rx', 4);
      g.append('rect').attr('class', 'ready').attr('rx', 4);
      g.append('text').attr('class', 'name').attr('x', 7).attr('y', 15);
      g.append('title');
      g.selectAll('text, title').attr('aria-hidden', 'true');
      return g;
    })
    .attr('class', (stack) => `stack${stack.tones.bad > 0 ? ' bad' : stack.tones.wait > 0 ? ' wait' : ' ok'}`)
    .attr('data-walk', (stack) => `${stack.place}/${stack.owner}`)
    .attr('aria-label', (stack) => `${stack.count} Pods${strings.ofOwner(stack)}: ${tally(stack)}`)
    .attr('transform', (stack) => at(plan.stack(stack)))
    .each(function (stack) {
      const box = plan.stack(stack) as Box;
      const g = select(this);
      size(g.select('.all'), box);
      size(g.select('.ready'), { ...box, width: (box.width * stack.tones.ok) / stack.count });
      g.select('.name').text(cut(`${stack.tones.ok}/${stack.count}${strings.ofOwner(stack)}`, Math.floor((box.width - 14) / 6.35)));
      g.select('title').text(`${stack.count} Pods${strings.ofOwner(stack)}: ${tally(stack)}`);
    });
}

function tally({ tones }: Stack): string {
  const words = { ok: 'running', wait: 'starting or waiting', bad: 'in trouble', gone: 'ended' };
  return (Object.keys(words) as Tone[])
    .filter((tone) => tones[tone] > 0)
    .map((tone) => `${tones[tone]} ${words[tone]}`)
    .join(', ');
}

function describe(object: SceneObject): string {
  const where =
    object.place === 'focus'
      ? ', on the node in focus'
      : object.place.startsWith('node:')
        ? `, on ${object.place.slice(5)}`
        : object.place === 'pending'
          ? ', without a node'
          : '';
  return `${object.ref.kind} ${object.ref.name}, ${object.status}${where}`;
}

function isPicked(object: SceneObject, picked: DrawOptions['picked']): boolean {
  return (
    picked !== undefined && picked.kind === object.ref.kind && picked.name === object.ref.name && picked.namespace === object.ref.namespace
  );
}

/** The picked object with its owners and all that it owns; the others step back. */
function related(scene: Scene, picked: DrawOptions['picked']): Set<string> | undefined {
  const start = scene.objects.find((object) => isPicked(object, picked));
  if (start === undefined) return undefined;
  const byKey = new Map(scene.objects.map((object) => [object.key, object]));
  const family = new Set<string>([start.key]);
  for (let up = byKey.get(start.owner ?? ''); up !== undefined && !family.has(up.key); up = byKey.get(up.owner ?? '')) family.add(up.key);
  const owned = new Set([start.key]);
  // Owners are never more than two steps up: Deployment, ReplicaSet, Pod.
  for (let step = 0; step < 2; step++)
    for (const object of scene.objects) if (object.owner !== undefined && owned.has(object.owner)) owned.add(object.key);
  for (const key of owned) family.add(key);
  return family;
}
