import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, type Scheduled } from './queue.ts';
import { Random } from './random.ts';

interface Event extends Scheduled {
  slot: number;
}
const event = (at: number, order: number): Event => ({ at, order, slot: -1 });

function drain(queue: EventQueue<Event>): Event[] {
  const taken: Event[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
  return taken;
}

const inOrder = (a: Event, b: Event): number => a.at - b.at || a.order - b.order;

describe('the event queue', () => {
  it('hands events out by time, those of one instant as they came, whatever was cancelled in between', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ at: fc.nat(20), cancel: fc.boolean() }), { maxLength: 200 }), (wanted) => {
        const queue = new EventQueue<Event>();
        const events = wanted.map(({ at }, order) => event(at, order));
        for (const each of events) queue.add(each);
        events.forEach((each, i) => {
          if (wanted[i]?.cancel === true) expect(queue.remove(each)).toBe(true);
        });
        const left = events.filter((_, i) => wanted[i]?.cancel !== true);
        expect(queue.size).toBe(left.length);
        expect(drain(queue)).toEqual([...left].sort(inOrder));
      }),
    );
  });

  it('holds a million pending events, most of them at a few instants', () => {
    const count = 1_000_000;
    const random = new Random(1);
    const queue = new EventQueue<Event>();
    const events: Event[] = [];
    for (let order = 0; order < count; order++) {
      // Heartbeats and probes fall on the same instants; the rest is spread.
      const each = event(order % 4 === 0 ? random.int(100_000) : 10_000 * random.int(10), order);
      events.push(each);
      queue.add(each);
    }
    for (let i = 0; i < count; i += 10) queue.remove(events[i] as Event);
    expect(queue.size).toBe(count - count / 10);
    let before = queue.take() as Event;
    let wrong = 0;
    let taken = 1;
    for (let next = queue.take(); next !== undefined; next = queue.take(), taken++) {
      if (inOrder(before, next) >= 0) wrong++;
      before = next;
    }
    expect([taken, wrong]).toEqual([count - count / 10, 0]);
  });

  it('knows what it does not hold', () => {
    const queue = new EventQueue<Event>();
    const one = event(1, 0);
    expect(queue.remove(one)).toBe(false);
    queue.add(one);
    expect(queue.take()).toBe(one);
    expect(queue.remove(one)).toBe(false);
    expect(queue.take()).toBeUndefined();
  });
});
