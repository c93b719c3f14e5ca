import { openCluster } from '../../src/engine/cluster.ts';
import { measure, type Row } from '../measure.ts';

/** One control-plane node and two workers, with every system pod. The first open compiles the engine; a page's reset is a later one. */
export const row: Row = {
  title: 'empty 3-node cluster, open to every system pod Ready',
  target: '50 ms',
  run: () =>
    ['first', 'second', 'third', 'fourth', 'fifth'].map((name) =>
      measure(name, () => {
        const { sim } = openCluster({ nodes: 2 });
        return { virtual: sim.now - sim.start, note: `${sim.log.entries.length} log entries` };
      }),
    ),
};
