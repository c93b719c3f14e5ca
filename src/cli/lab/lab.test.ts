import { expect, it } from 'vitest';
import { MemoryFiles } from '../../engine/os/files.ts';
import { Kernel } from '../../engine/os/kernel.ts';
import type { Network } from '../../engine/os/process.ts';
import { decode, writerTo } from '../../engine/os/text.ts';
import { Simulation } from '../../engine/sim/simulation.ts';
import { createLab } from './lab.ts';

function world() {
  const sim = new Simulation({ seed: 1 });
  const stopped = new Set<string>();
  const rushes: number[] = [];
  const faults: string[] = [];
  const lab = createLab({
    components: () => ['apiserver', 'scheduler', 'kubelet@worker-1'],
    nodes: () => ['worker-1'],
    stopped: () => stopped,
    fault: ({ fault, target }, undo) => {
      faults.push(`${undo ? 'mend' : 'break'} ${fault} ${target}`);
      if (undo) stopped.delete(target);
      else stopped.add(target);
    },
    rush: (until) => rushes.push(until - sim.start),
  });
  const kernel = new Kernel({
    sim,
    files: new MemoryFiles(() => sim.now),
    net: {} as Network,
    hostname: 'lab',
    lookup: () => lab,
    random: sim.random('lab'),
    foreground: true,
  });
  kernel.start(['init'], {
    *program(process) {
      yield* process.sleep(1e12);
      return 0;
    },
  });
  const run = (line: string): { out: string; err: string; code: number | undefined; took: number } => {
    let [out, err] = ['', ''];
    const began = sim.now;
    let ended = began;
    const started = kernel.start(line.split(' '), {
      stdout: writerTo((bytes) => (out += decode(bytes))),
      stderr: writerTo((bytes) => (err += decode(bytes))),
    });
    started.onExit(() => (ended = sim.now));
    sim.runFor(7_200_000);
    return { out, err, code: started.exitCode, took: ended - began };
  };
  return { run, rushes, faults };
}

it('shows what runs', () => {
  const { run } = world();
  expect(run('lab status')).toMatchObject({
    out: 'apiserver         running\nscheduler         running\nkubelet@worker-1  running\nworker-1          running\n',
    code: 0,
  });
  run('lab component stop scheduler');
  expect(run('lab status').out).toContain('scheduler         stopped\n');
});

it('stops and starts components and nodes, once', () => {
  const { run, faults } = world();
  expect(run('lab component stop kubelet@worker-1')).toMatchObject({ out: 'kubelet@worker-1 stopped\n', code: 0 });
  expect(run('lab component stop kubelet@worker-1')).toMatchObject({ err: 'lab: kubelet@worker-1 is stopped already\n', code: 1 });
  expect(run('lab component start kubelet@worker-1')).toMatchObject({ out: 'kubelet@worker-1 started\n', code: 0 });
  expect(run('lab node start worker-1')).toMatchObject({ err: 'lab: worker-1 is running already\n', code: 1 });
  expect(run('lab node stop worker-1').code).toBe(0);
  expect(faults).toEqual([
    'break component-stopped kubelet@worker-1',
    'mend component-stopped kubelet@worker-1',
    'break node-stopped worker-1',
  ]);
});

it.each([
  ['lab component stop nope', 'lab: no component "nope"; there are apiserver, scheduler, kubelet@worker-1\n'],
  ['lab node stop', 'lab: no node ""; there are worker-1\n'],
  ['lab node stop scheduler', 'lab: no node "scheduler"; there are worker-1\n'],
  ['lab component restart scheduler', /^lab: unknown command "component restart scheduler"\n\nlab does what/],
  ['lab dance', /^lab: unknown command "dance"/],
  ['lab clock', 'lab: "" is no duration; write +30s, +5m or +1h30m\n'],
  ['lab clock 5m', 'lab: "5m" is no duration; write +30s, +5m or +1h30m\n'],
  ['lab clock +5x', 'lab: "+5x" is no duration; write +30s, +5m or +1h30m\n'],
])('refuses %s', (line, err) => {
  const { run, faults } = world();
  const answer = run(line);
  expect(answer).toMatchObject({ out: '', code: 1 });
  expect(answer.err).toEqual(typeof err === 'string' ? err : expect.stringMatching(err));
  expect(faults).toEqual([]);
});

it.each([
  ['+30s', 30_000],
  ['+5m', 300_000],
  ['+1h30m', 5_400_000],
])('lets %s pass, and asks to be taken there', (text, took) => {
  const { run, rushes } = world();
  expect(run(`lab clock ${text}`)).toMatchObject({ code: 0, took });
  expect(rushes).toEqual([took]);
});

it.each(['lab', 'lab help', 'lab -h', 'lab --help'])('%s explains itself', (line) => {
  const { out, code } = world().run(line);
  expect(code).toBe(0);
  for (const subject of ['status', 'component', 'node', 'clock']) expect(out).toContain(`lab ${subject}`);
});
