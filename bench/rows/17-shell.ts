import { decode } from '../../src/engine/os/text.ts';
import { Session } from '../../src/workers/session.ts';
import { measure, type Phase, type Row } from '../measure.ts';

const MEGABYTE = 1_000_000;
const PIPELINES: readonly (readonly [name: string, bytes: number, command: string])[] = [
  ['bytes through a pipe', 200 * MEGABYTE, 'head -c 200MB /dev/zero | cat | wc -c'],
  ['lines through grep', 69 * MEGABYTE, 'yes "a line of nginx, GET / 200" | head -c 69MB | grep -c nginx'],
  ['lines through sed and cut', 20 * MEGABYTE, 'yes "web-1 Running 0" | head -c 20MB | sed s/Running/Ready/ | cut -d" " -f2 | tail -1'],
  ['lines through awk', 20 * MEGABYTE, `yes "web-1 Running 3" | head -c 20MB | awk '{ sum += $3 } END { print sum }'`],
];
/** The worker's slice: what is typed waits for its end at most. */
const SLICE = 8;

/** The workstation: how much flows through its pipelines and what memory that takes, and how long a typed line waits while pods roll. */
export const row: Row = {
  title: 'the shell: pipelines, and a prompt beside a rollout',
  lines: [
    ...PIPELINES.map(([phase]) => ({ phase, field: 'value' as const, unit: 'MB/s' as const })),
    { phase: 'memory of a pipeline', field: 'value', unit: 'MB' },
    { phase: 'line to echo', field: 'value', unit: 'ms CPU', goal: 16 },
  ],
  run() {
    const session = new Session();
    const { sim } = session.cluster;
    sim.runUntilQuiet();
    const terminal = session.terminal('main');
    let shown = '';
    terminal.onOutput((bytes) => (shown += decode(bytes)));
    const type = (line: string): void => {
      shown = '';
      terminal.line(line);
    };
    const phases: Phase[] = [];
    let grown = 0;
    for (const [name, bytes, command] of PIPELINES) {
      type(command.replace(/\d+MB/, '1MB'));
      sim.runFor(1000);
      const before = process.memoryUsage().rss;
      const phase = measure(name, () => {
        type(command);
        while (terminal.busy) sim.step();
      });
      grown = Math.max(grown, process.memoryUsage().rss - before);
      const rate = bytes / MEGABYTE / (phase.cpu / 1000);
      phases.push({ ...phase, value: rate, note: `${rate.toFixed(0)} MB/s of CPU time: ${shown.trim()}` });
    }
    phases.push({
      ...measure('memory of a pipeline', () => undefined),
      value: grown / MEGABYTE,
      note: `${(grown / MEGABYTE).toFixed(0)} MB more`,
    });
    return [...phases, echo(session, type, () => shown)];
  },
};

/** Between slices of a rollout lines are typed: the longest time from the beginning of a slice to the answer behind it. */
function echo(session: Session, type: (line: string) => void, shown: () => string): Phase {
  const { sim } = session.cluster;
  type('kubectl create deployment web --image=nginx --replicas=100');
  sim.runUntilQuiet();
  type('kubectl set image deployment/web nginx=nginx:1.27; kubectl rollout status deployment/web &');
  let longest = 0;
  let lines = 0;
  const phase = measure('line to echo', () => {
    for (; lines < 200; lines++) {
      const began = spent();
      while (spent() - began < SLICE && sim.step());
      type(`echo ${lines}`);
      while (!shown().includes(`${lines}\n`)) sim.step();
      longest = Math.max(longest, spent() - began);
    }
  });
  return { ...phase, value: longest, note: `${longest.toFixed(1)} ms CPU at most, of ${lines} lines; a slice of ${SLICE} ms before each` };
}

/** CPU time of this process in ms: other work on the machine must not count. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
