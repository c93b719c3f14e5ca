import { FrontDoor, PODS, podText } from '../front-door.ts';
import { each, measure, type Line, type Phase, type Row } from '../measure.ts';

const STORED = 10_000;
const COUNT = 2000;
const LISTS = 5;

const PATCHES = [
  ['patch, strategic', 'application/strategic-merge-patch+json', (i: number) => ({ metadata: { labels: { turn: `${i}` } } })],
  ['patch, merge', 'application/merge-patch+json', (i: number) => ({ metadata: { labels: { turn: `m${i}` } } })],
  ['patch, json', 'application/json-patch+json', (i: number) => [{ op: 'add', path: '/metadata/labels/turn', value: `j${i}` }]],
] as const;
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const FIELD_MANAGER = { fieldManager: 'bench' };

const OPERATIONS = [
  'create',
  'get',
  'update',
  ...PATCHES.map(([name]) => name),
  'apply, new (SSA)',
  'apply, changed (SSA)',
  'apply, same (SSA)',
  'list of 500',
  'list of a node',
  'delete',
];

/** Each over the wire but for the sockets: text in, text out, by an administrator, beside ten thousand other pods. */
export const row: Row = {
  title: `requests beside ${STORED.toLocaleString('en')} pods: CPU time of one, and how many in a second`,
  lines: [
    ...OPERATIONS.map((phase): Line => ({ phase, field: 'value', unit: 'µs' })),
    { phase: 'list of all', field: 'value', unit: 'µs' },
    { phase: 'list of all, as a table', field: 'value', unit: 'µs' },
  ],
  run() {
    const door = new FrontDoor();
    door.fill(STORED);
    const phases: Phase[] = [];
    const add = (name: string, work: (i: number) => void, count = COUNT): number => phases.push(each(name, count, work));
    const texts = Array.from({ length: COUNT * 2 }, (_, i) => podText(`made-${i}`));
    const made: string[] = [];
    add('create', (i) => void (made[i] = door.send('POST', PODS, texts[i])));
    add('get', (i) => void door.send('GET', `${PODS}/made-${i}`));
    const changed = made.map((text) => text.replace('"app":"web"', '"app":"site"'));
    add('update', (i) => void door.send('PUT', `${PODS}/made-${i}`, changed[i]));
    for (const [name, type, patch] of PATCHES)
      add(name, (i) => void door.send('PATCH', `${PODS}/made-${i}`, patch(i), { headers: { 'content-type': type } }));
    const apply = (i: number, text: string | undefined): string =>
      door.send('PATCH', `${PODS}/applied-${i}`, text, { headers: APPLY, query: FIELD_MANAGER });
    const wanted = texts.map((_, i) => podText(`applied-${i}`));
    const other = wanted.map((text) => text.replace('"tier":"front"', '"tier":"back"'));
    add('apply, new (SSA)', (i) => void apply(i, wanted[i]));
    add('apply, changed (SSA)', (i) => void apply(i, other[i]));
    add('apply, same (SSA)', (i) => void apply(i, other[i]));
    add('list of 500', () => void door.send('GET', PODS, undefined, { query: { limit: '500' } }), 40);
    add('list of a node', () => void door.send('GET', PODS, undefined, { query: { fieldSelector: 'spec.nodeName=node-7' } }), 200);
    add('delete', (i) => void door.send('DELETE', `${PODS}/made-${i}`, '{"gracePeriodSeconds":0}'));
    add('list of all', () => void door.send('GET', PODS), LISTS);
    const headers = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    add('list of all, as a table', () => void door.send('GET', PODS, undefined, { headers }), LISTS);
    return [...phases, measure('answer of "list of all"', () => ({ note: `${(door.send('GET', PODS).length / 2 ** 20).toFixed(1)} MiB` }))];
  },
};
