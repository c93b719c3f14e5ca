import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recorder } from './recorder.ts';
import { Simulation } from './simulation.ts';
import { SECOND } from './time.ts';

/** A little world: each event says so in the log, and by chance makes, delays or cancels others. */
function play(seed: number, sim = new Simulation({ seed })): Simulation {
  const random = sim.random('world');
  const act = (name: string, depth: number): void => {
    sim.append(name, 'decide', { text: `${depth}` });
    const children = depth > 4 ? 0 : random.int(4);
    const timers = Array.from({ length: children }, (_, i) =>
      sim.after(random.int(50), () => act(`${name}.${i}`, depth + 1), { background: random.int(5) === 0 }),
    );
    if (children > 1 && random.int(3) === 0) timers[0]?.cancel();
  };
  sim.after(0, () => act('root', 0));
  return sim;
}

describe('the simulation', () => {
  it('gives the same log for the same seed, however it is driven', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), (seed, pauses) => {
        const whole = play(seed);
        whole.runFor(2 * SECOND);
        const pieces = play(seed);
        for (const pause of pauses) pieces.runFor(pause);
        pieces.step();
        pieces.runUntil(pieces.start + 2 * SECOND);
        expect(pieces.log.hash()).toBe(whole.log.hash());
        expect(pieces.steps).toBe(whole.steps);
      }),
      { numRuns: 50 },
    );
  });

  it('replays recorded inputs at their exact instants', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(60), { minLength: 1, maxLength: 6 }), (seed, times) => {
        const open = (): Recorder => {
          const sim = play(seed);
          return new Recorder(sim, 'test', (input) => {
            sim.append('outside', 'input', { kind: input.kind });
            sim.after(3, () => void sim.append('later', 'decide', { text: input.kind }));
          });
        };
        const played = open();
        for (const time of times) {
          played.sim.runFor(time);
          played.input({ kind: `after ${time}` });
        }
        played.sim.runFor(SECOND);
        const again = open();
        again.replay(played.recording());
        again.sim.runUntil(played.sim.now);
        expect(again.sim.log.hash()).toBe(played.sim.log.hash());
        // A branch from an instant of it: the same up to there, and nothing of what was put in later.
        const last = Math.ceil(played.sim.log.last / 2);
        const branch = open();
        branch.replay(played.recording(), last);
        const { entries } = branch.sim.log;
        expect(entries.length).toBeGreaterThanOrEqual(last);
        expect(entries).toEqual(played.sim.log.entries.slice(0, entries.length));
        // Each input is told twice: by the recorder, and by what applies it.
        expect(branch.inputs.length * 2).toBe(entries.filter(({ verb }) => verb === 'input').length);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the newest of the log where it is told to', () => {
    const sim = new Simulation({ seed: 1, log: 10 });
    for (let i = 1; i <= 45; i++) sim.append('me', 'decide', { text: String(i) }, { cause: i - 1, ref: { kind: 'Thing', name: 'a' } });
    const { log } = sim;
    expect([log.first, log.last, log.get(log.first - 1), log.get(45)?.seq]).toEqual([31, 45, undefined, 45]);
    expect(log.why(45).map(({ seq }) => seq)).toEqual(Array.from({ length: 14 }, (_, i) => 44 - i));
    expect(log.about({ kind: 'Thing', name: 'a' }).map(({ seq }) => seq)).toEqual(log.entries.map(({ seq }) => seq));
    expect(log.next(40).map(({ seq }) => seq)).toEqual([41]);
  });

  it('is quiet when only background timers are left', () => {
    const sim = new Simulation({ seed: 1 });
    let beats = 0;
    const beat = (): void => {
      beats++;
      sim.after(10 * SECOND, beat, { background: true });
    };
    beat();
    sim.after(25 * SECOND, () => {});
    expect(sim.runUntilQuiet()).toBe(true);
    expect([(sim.now - sim.start) / SECOND, beats, sim.pending]).toEqual([25, 3, 1]);
    sim.after(2 * SECOND, () => {}).cancel();
    expect(sim.foreground).toBe(0);
  });

  it('remembers under which cause a timer was set', () => {
    const sim = new Simulation({ seed: 1 });
    const first = sim.append('a', 'decide', { text: 'first' });
    sim.causedBy(first, () => sim.after(5, () => void sim.append('b', 'decide', { text: 'second' })));
    sim.runUntilQuiet();
    const [second] = sim.log.next(first);
    expect(second).toMatchObject({ actor: 'b', cause: first });
    expect(sim.log.why(second?.seq ?? 0).map(({ seq }) => seq)).toEqual([first]);
  });
});
