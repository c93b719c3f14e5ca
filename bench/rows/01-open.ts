import { openCluster } from '../../src/engine/cluster.ts';
import { measure, type Phase, type Row } from '../measure.ts';

/** One control-plane node and two workers, with every system pod. The first open compiles the engine; a page's reset is a later one. */
export const row: Row = {
  title: 'empty 3-node cluster, open to every system pod Ready',
  lines: [
    { phase: 'open, cold', field: 'wall', unit: 'ms', goal: 50 },
    { phase: 'open, warm', field: 'wall', unit: 'ms', goal: 50 },
  ],
  run() {
    const cold = open('open, cold');
    const later = Array.from({ length: 8 }, () => open('open, warm'));
    return [cold, later.reduce((best, one) => (one.wall < best.wall ? one : best))];
  },
};

function open(name: string): Phase {
  return measure(name, () => {
    const { sim } = openCluster({ nodes: 2 });
    return { virtual: sim.now - sim.start, note: `${sim.log.entries.length} log entries` };
  });
}
