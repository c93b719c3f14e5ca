import { openCluster } from '../../src/engine/cluster.ts';
import { HOUR } from '../../src/engine/sim/time.ts';
import { measure, type Row } from '../measure.ts';

export const row: Row = {
  title: 'idle cluster of 4 nodes, one hour',
  lines: [
    { phase: 'with log', field: 'value', unit: 'x', goal: 50_000 },
    { phase: 'without log', field: 'value', unit: 'x', goal: 50_000 },
  ],
  run: () =>
    [true, false].map((log) => {
      const { sim } = openCluster({ log });
      const steps = sim.steps;
      return measure(log ? 'with log' : 'without log', () => {
        const start = performance.now();
        sim.runFor(HOUR);
        const value = Math.round(HOUR / (performance.now() - start));
        return { virtual: HOUR, value, note: `${value.toLocaleString('en')}x, ${sim.steps - steps} events` };
      });
    }),
};
