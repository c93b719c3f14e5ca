import { openCluster } from '../../src/engine/cluster.ts';
import { HOUR } from '../../src/engine/sim/time.ts';
import { measure, type Row } from '../measure.ts';

export const row: Row = {
  title: 'idle cluster of 4 nodes, one hour',
  target: '> 50,000x real time',
  run: () =>
    [true, false].map((log) => {
      const { sim } = openCluster({ log });
      const steps = sim.steps;
      return measure(log ? 'with log' : 'without log', () => {
        const start = performance.now();
        sim.runFor(HOUR);
        return {
          virtual: HOUR,
          note: `${Math.round(HOUR / (performance.now() - start)).toLocaleString('en')}x, ${sim.steps - steps} events`,
        };
      });
    }),
};
