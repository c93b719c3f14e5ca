import { MINUTE } from '../../src/engine/sim/time.ts';
import { openWith } from '../drive.ts';
import { measure, type Row } from '../measure.ts';

const MINUTES = 10;

/** Heartbeats only: each node's own Lease every ten seconds, its status every five minutes. */
export const row: Row = {
  title: 'idle cluster of 5,000 nodes, ten minutes',
  heavy: true,
  lines: [
    { phase: 'open', field: 'cpu', unit: 'ms CPU' },
    { phase: 'a minute', field: 'value', unit: 'ms CPU' },
  ],
  run() {
    let cluster!: ReturnType<typeof openWith>;
    const open = measure('open', () => {
      cluster = openWith(5000, 110, { log: false });
      cluster.sim.runUntilQuiet();
    });
    const idle = measure('a minute', () => {
      const cpu = process.cpuUsage();
      const steps = cluster.sim.steps;
      cluster.sim.runFor(MINUTES * MINUTE);
      const { user, system } = process.cpuUsage(cpu);
      const value = (user + system) / 1000 / MINUTES;
      return {
        virtual: MINUTES * MINUTE,
        value,
        note: `${value.toFixed(0)} ms CPU a minute, ${Math.round((cluster.sim.steps - steps) / MINUTES).toLocaleString('en')} events`,
      };
    });
    return [open, idle];
  },
};
