import { describe, expect, it } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import type { Event } from '../api/generated/types.ts';
import { ApiServer } from '../apiserver/server.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { MINUTE, SECOND } from '../sim/time.ts';
import { Client, OutsideClient } from './client.ts';
import { SeriesRecorder } from './event-series.ts';
import { EventRecorder } from './events.ts';
import { EVENTS, NAMESPACES } from './resources.ts';

const about = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '7' } };

function world(): { sim: Simulation; client: Client; outside: OutsideClient; events: () => readonly Event[] } {
  const sim = new Simulation({ seed: 1 });
  const server = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined, freeze: true });
  const outside = new OutsideClient(server, 'test', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  outside.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const client = new Client(server, 'test', outside.credentials);
  return { sim, client, outside, events: () => outside.list(EVENTS, { namespace: 'default' }).items };
}

describe('the event recorder', () => {
  it('counts what it says again', () => {
    const { sim, client, events } = world();
    const recorder = new EventRecorder(sim, client, { component: 'kubelet', host: 'n' });
    for (let i = 0; i < 3; i++) {
      recorder.event(about, 'Warning', 'BackOff', 'again');
      sim.runFor(10 * SECOND);
    }
    expect(events()).toMatchObject([
      { count: 3, reason: 'BackOff', firstTimestamp: '2026-01-05T09:00:00Z', lastTimestamp: '2026-01-05T09:00:20Z' },
    ]);
  });

  it('tells ten different messages one by one, then the rest as one', () => {
    const { sim, client, events } = world();
    const recorder = new EventRecorder(sim, client, { component: 'c' });
    for (let i = 1; i <= 12; i++) recorder.event(about, 'Normal', 'SuccessfulCreate', `Created pod: web-${i}`);
    expect(events()).toHaveLength(10);
    const last = events().find(({ count }) => count === 3);
    expect(last?.message).toBe('(combined from similar events): Created pod: web-12');
  });

  it('holds a flood back after twenty-five, but goes on counting', () => {
    const { sim, client, events } = world();
    const recorder = new EventRecorder(sim, client, { component: 'c' });
    for (let i = 0; i < 40; i++) recorder.event(about, 'Normal', 'Same', 'same');
    expect(events()).toMatchObject([{ count: 25 }]);
    sim.runFor(5 * MINUTE);
    recorder.event(about, 'Normal', 'Same', 'same');
    expect(events()).toMatchObject([{ count: 41 }]);
  });
});

describe('the recorder of series', () => {
  it('writes the first and the second, counts the others, and writes the series again when it is over', () => {
    const { sim, client, events } = world();
    const recorder = new SeriesRecorder(sim, client, 'default-scheduler', 'default-scheduler-x');
    recorder.start();
    const tell = (): void => recorder.event(about, 'Warning', 'FailedScheduling', 'Scheduling', '0/1 nodes are available');
    tell();
    expect(events()).toMatchObject([{ eventTime: '2026-01-05T09:00:00.000000Z', action: 'Scheduling' }]);
    expect(events()[0]?.series).toBeUndefined();
    for (let i = 0; i < 4; i++) {
      sim.runFor(10 * SECOND);
      tell();
    }
    expect(events()).toMatchObject([{ series: { count: 2, lastObservedTime: '2026-01-05T09:00:10.000000Z' } }]);
    sim.runFor(13 * MINUTE);
    expect(events()).toMatchObject([{ series: { count: 5, lastObservedTime: '2026-01-05T09:00:40.000000Z' } }]);
    // Over: the next one is a new event.
    tell();
    expect(events()).toHaveLength(2);
    recorder.stop();
  });

  it('begins anew when the object has changed', () => {
    const { sim, client, events } = world();
    const recorder = new SeriesRecorder(sim, client, 'default-scheduler', 'default-scheduler-x');
    recorder.event(about, 'Warning', 'FailedScheduling', 'Scheduling', 'no');
    const changed = { ...about, metadata: { ...about.metadata, resourceVersion: '8' } };
    recorder.event(changed, 'Warning', 'FailedScheduling', 'Scheduling', 'no');
    expect(events().map(({ series }) => series)).toEqual([undefined, undefined]);
  });
});
