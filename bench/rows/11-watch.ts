import { FrontDoor, PODS, podText } from '../front-door.ts';
import { measure, type Phase, type Row } from '../measure.ts';

const WATCHERS = 1000;
const WRITES = 20;

/** One write that everybody hears of, and one that a thousand others have nothing to do with. */
export const row: Row = {
  title: `watches: ${WATCHERS.toLocaleString('en')} clients`,
  lines: [
    { phase: 'opened', field: 'value', unit: 'µs' },
    { phase: 'delivery', field: 'value', unit: 'µs' },
    { phase: 'write, nobody listens', field: 'value', unit: 'µs' },
    { phase: 'write, others listen', field: 'value', unit: 'µs' },
  ],
  run: () => [...fanOut(), ...writes()],
};

function fanOut(): Phase[] {
  const door = new FrontDoor();
  let heard = 0;
  const opened = per('opened', WATCHERS, () => {
    for (let i = 0; i < WATCHERS; i++) listen(door, PODS, i, () => heard++);
  });
  door.sim.runFor(10);
  let slice = 0;
  heard = 0;
  const delivery = per('delivery', WATCHERS * WRITES, () => {
    for (let i = 0; i < WRITES; i++) {
      const start = performance.now();
      door.send('POST', PODS, podText(`made-${i}`));
      slice = Math.max(slice, performance.now() - start);
      door.sim.runFor(10);
    }
  });
  if (heard !== WATCHERS * WRITES) throw new Error(`${heard} events were heard`);
  return [opened, { ...delivery, slice }];
}

function writes(): Phase[] {
  return [0, WATCHERS].map((others) => {
    const door = new FrontDoor();
    for (let i = 0; i < others; i++) {
      // Other namespaces, other kinds, other names and other nodes.
      const [path, query] = [
        ['/api/v1/namespaces/other/pods', {}],
        ['/api/v1/configmaps', {}],
        [PODS, { fieldSelector: `metadata.name=other-${i}` }],
        ['/api/v1/pods', { fieldSelector: `spec.nodeName=node-${i}` }],
      ][i % 4] as [string, Record<string, string>];
      listen(door, path, i, () => {}, query);
    }
    door.sim.runFor(10);
    const texts = Array.from({ length: 2200 }, (_, i) => podText(`made-${i}`));
    for (let i = 0; i < 200; i++) door.send('POST', PODS, texts[i]);
    return per(others === 0 ? 'write, nobody listens' : 'write, others listen', 2000, () => {
      for (let i = 200; i < 2200; i++) door.send('POST', PODS, texts[i]);
    });
  });
}

function listen(door: FrontDoor, path: string, i: number, hear: () => void, query: Record<string, string> = {}): void {
  const { stream } = door.answer('GET', path, undefined, { query: { watch: 'true', ...query }, actor: `client-${i}` });
  if (stream?.kind !== 'watch') throw new Error('no watch was opened');
  stream.subscribe({ event: hear, end: () => {} });
}

function per(name: string, count: number, work: () => void): Phase {
  const phase = measure(name, work);
  const value = (phase.cpu / count) * 1000;
  return { ...phase, value, note: `${value.toFixed(1)} µs each` };
}
