import { Tally, type Census } from './census.ts';
import type { Hops } from './hops.ts';
import { CELL, FULL, type Place, type PlaceId, type Stack } from './scene.ts';
import { count } from './sentence.ts';

// More zones than this are one field.
const MOST_ZONES = 12;
// Owners that get a stack of their own in each place; the others share one.
const OWNERS = 4;

/** The field that a node is a cell of. */
export function zoneOf(census: Census, node: string): PlaceId {
  return census.zones().size > MOST_ZONES ? 'zone:' : `zone:${census.nodes.get(node)?.zone ?? ''}`;
}

function fields(census: Census): ReadonlyMap<string, readonly string[]> {
  const zones = census.zones();
  return zones.size > MOST_ZONES ? new Map([['', [...zones.values()].flat()]]) : zones;
}

/** The nodes of a large cluster, zone by zone: a cell each. */
export function fieldPlaces(census: Census, hops: Hops): Place[] {
  const zones = fields(census);
  return [...zones].map(([zone, nodes]): Place => {
    const cells = new Uint8Array(nodes.length);
    let pods = 0;
    let ready = 0;
    nodes.forEach((name, i) => {
      const up = census.nodes.get(name)?.ready === true;
      if (up) ready++;
      const here = census.on(name)?.all;
      pods += here?.count ?? 0;
      cells[i] = cellOf(here, up);
    });
    const state = ready === nodes.length ? 'Ready' : `${ready} Ready`;
    return {
      id: `zone:${zone}`,
      kind: 'node',
      label: zone !== '' ? zone : zones.size === 1 ? 'Nodes' : 'Without a zone',
      note: `${count(nodes.length, 'node')}, ${state} · ${pods === 0 ? 'no Pods' : count(pods, 'Pod')}`,
      state: ready === nodes.length ? 'up' : 'troubled',
      lit: hops.lit(`zone:${zone}`),
      cells,
    };
  });
}

function cellOf(pods: Tally | undefined, ready: boolean): number {
  const all = pods?.count ?? 0;
  let level = 0;
  while (level < FULL.length && all >= (FULL[level] as number)) level++;
  return (
    level +
    ((pods?.tones.wait ?? 0) > 0 ? CELL.starting : 0) +
    ((pods?.tones.bad ?? 0) > 0 ? CELL.trouble : 0) +
    (ready ? 0 : CELL.notReady)
  );
}

/** The node that a cell stands for. */
export function nodeOfCell(census: Census, place: PlaceId, cell: number): string | undefined {
  return fields(census).get(place.slice('zone:'.length))?.[cell];
}

/** Pods by place and owner: of each node, or of all nodes of a zone, and of those that wait for one. */
export function stacksOf(census: Census, folded: boolean): Stack[] {
  const places: [PlaceId, readonly string[]][] = folded
    ? [...fields(census)].map(([zone, nodes]) => [`zone:${zone}`, nodes])
    : [...census.nodes.keys()].map((node) => [`node:${node}`, [node]]);
  return [...places, ['pending', ['']] as const].flatMap(([place, nodes]) => {
    const owners = new Map<string, Tally>();
    for (const node of nodes)
      for (const [owner, tally] of census.on(node)?.byOwner ?? []) {
        let sum = owners.get(owner);
        if (sum === undefined) owners.set(owner, (sum = new Tally()));
        sum.merge(tally);
      }
    const ranked = [...owners].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    const own = ranked.length <= OWNERS ? ranked : ranked.filter(([owner]) => owner !== '').slice(0, OWNERS - 1);
    const rest = ranked.filter((one) => !own.includes(one));
    if (rest.length > 0) {
      const sum = new Tally();
      for (const [, tally] of rest) sum.merge(tally);
      own.push(['', sum]);
    }
    // Who has more now and less then keeps its place.
    return own
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([owner, { count: number, tones }]) => ({
        key: `${place}|${owner}`,
        place,
        owner,
        count: number,
        tones: { ...tones },
        ...(owner === '' && rest.length > 1 ? { owners: rest.length } : {}),
      }));
  });
}
