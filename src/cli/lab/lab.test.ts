import { expect, it } from 'vitest';
import { MemoryFiles } from '../../engine/os/files.ts';
import { Kernel } from '../../engine/os/kernel.ts';
import type { Network } from '../../engine/os/process.ts';
import { decode, writerTo } from '../../engine/os/text.ts';
import { Simulation } from '../../engine/sim/simulation.ts';
import type { MachineControl } from '../machines.ts';
import type { FaultRequest } from './faults.ts';
import { createLab } from './lab.ts';

function world() {
  const sim = new Simulation({ seed: 1 });
  const stopped = new Set<string>();
  const rushes: number[] = [];
  const faults: string[] = [];
  let broken: FaultRequest[] = [];
  const lab = createLab({
    components: () => ['apiserver', 'scheduler', 'kubelet@worker-1'],
    nodes: () => ['worker-1'],
    zones: () => new Map([['a', ['worker-1']]]),
    load: () => 'no Service "web"',
    machines: {} as MachineControl,
    inspect: () => 'no image',
    cloud: { instances: () => [], groups: () => [], disks: () => [], terminate: () => 'no machine' },
    trace: (from, to) => [`${from} → ${to}`],
    stopped: () => stopped,
    faults: {
      kinds: [
        { name: 'component-stopped', about: 'it does not run', target: 'COMPONENT' },
        {
          name: 'clock-skewed',
          about: 'its clock is wrong',
          target: 'NODE',
          parameters: { by: { about: 'how far', form: '±DURATION', required: true } },
        },
      ],
      active: () => broken,
      break(fault) {
        if (fault.target === 'nope') return 'no node "nope"';
        faults.push(`break ${fault.fault} ${fault.target}`);
        stopped.add(fault.target);
        broken.push(fault);
        return undefined;
      },
      mend({ fault, target }) {
        faults.push(`mend ${fault} ${target}`);
        stopped.delete(target);
        broken = broken.filter((one) => one.fault !== fault || one.target !== target);
        return undefined;
      },
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
  ['lab component stop kube-scheduler', 'break component-stopped scheduler'],
  ['lab component stop kube-apiserver@control-plane', 'break component-stopped apiserver'],
  ['lab zone fail a', 'break node-stopped worker-1'],
  ['lab net cut kube-apiserver worker-1', 'break node-partitioned worker-1'],
  ['lab net heal worker-1', 'mend node-partitioned worker-1'],
  ['lab disk fill worker-1 92%', 'break disk-filled worker-1'],
  ['lab net partition worker-1', 'break node-partitioned worker-1'],
  ['lab net delay db 3s', 'break link-delayed default/db*'],
  ['lab net loss worker-1 10%', 'break link-lossy worker-1'],
  ['lab host run worker-1 --memory 95%', 'break memory-filled worker-1'],
  ['lab registry outage docker.io', 'break registry-broken docker.io'],
  ['lab registry retag nginx 1.26', 'break tag-moved nginx'],
  ['lab registry delay nginx 5', 'break pull-slowed nginx'],
  ['lab cloud quota pool 3', 'break cloud-limited pool'],
  ['lab component stop coredns', 'break process-hung kube-system/coredns*'],
  ['lab crash web', 'break process-crashed default/web'],
  ['lab crash two -c b -n shop', 'break process-crashed shop/two/b'],
])('%s is %s', (line, fault) => {
  const { run, faults } = world();
  expect(run(line).err).toBe('');
  expect(faults).toEqual([fault]);
});

it('a restart stops and starts', () => {
  const { run, faults } = world();
  expect(run('lab component restart scheduler').out).toBe('scheduler restarted\n');
  expect(run('lab node reboot worker-1')).toMatchObject({ out: 'worker-1 rebooted\n', took: 20_000 });
  expect(faults).toHaveLength(4);
});

it.each([
  ['lab component stop nope', 'lab: no component "nope"; there are apiserver, scheduler, kubelet@worker-1\n'],
  ['lab node stop', 'lab: no node ""; there are worker-1\n'],
  ['lab node stop scheduler', 'lab: no node "scheduler"; there are worker-1\n'],
  ['lab component dance scheduler', /^lab: unknown command "component dance scheduler"\n\nlab does what/],
  ['lab load web', 'lab: no Service "web"\n'],
  ['lab load web --rps 0', 'lab: --rps: "0" is no rate from 1 to 5000\n'],
  ['lab load', 'lab: load on what? Write lab load SERVICE --rps 50 --for 60s\n'],
  ['lab zone fail b', 'lab: no zone "b"; there are a\n'],
  ['lab net cut kube-apiserver', 'lab: name a node: lab net cut kube-apiserver worker-1\n'],
  ['lab cloud dance', /^lab: write lab cloud ls/],
  ['lab cloud ls lbs', /^lab: the provider has no load balancers here/],
  ['lab host ps worker-9', 'lab: no node "worker-9"; there are worker-1\n'],
  ['lab host run worker-1', 'lab: how much? Write lab host run NODE --memory 2Gi or --memory 95%\n'],
  ['lab registry dance nginx', /^lab: write lab registry inspect IMAGE/],
  ['lab registry heal nginx', 'lab: nothing is wrong with nginx; lab faults shows what is broken\n'],
  ['lab net delay db', 'lab: how long? Write lab net delay A [B] 3s\n'],
  ['lab net delay db worker-1 3s', 'lab: no node "db"; there are worker-1\n'],
  ['lab net trace a', /^lab: from where to where\?/],
  ['lab upgrade', 'lab: write lab upgrade nodes\n'],
  ['lab cluster new --shape round', /^lab: no shape "round"; there are single-master/],
  ['lab cluster reset', /^lab: the page begins a scenario anew/],
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
  for (const subject of ['status', 'component', 'node', 'faults', 'break', 'mend', 'clock']) expect(out).toContain(`lab ${subject}`);
});

it('breaks with parameters, tells what is broken, and mends one or all', () => {
  const { run, faults } = world();
  expect(run('lab faults').out).toMatch(/^Nothing is broken\.\n\nFaults:\n {2}component-stopped {2}it does not run\n/);
  expect(run('lab break clock-skewed worker-1 --by=10m')).toMatchObject({
    out: 'clock-skewed worker-1 --by=10m: broken; lab mend clock-skewed worker-1 undoes it\n',
    code: 0,
  });
  expect(run('lab break clock-skewed worker-1 --by 10m')).toMatchObject({
    err: 'lab: clock-skewed worker-1 --by=10m is broken already\n',
    code: 1,
  });
  expect(run('lab faults').out).toMatch(/^Broken now:\n {2}clock-skewed worker-1 --by=10m\n/);
  expect(run('lab mend clock-skewed worker-2')).toMatchObject({
    err: 'lab: clock-skewed worker-2 is not broken; broken are clock-skewed worker-1 --by=10m\n',
    code: 1,
  });
  expect(run('lab mend --all').out).toBe('clock-skewed worker-1 --by=10m: mended\n');
  expect(run('lab mend --all').err).toBe('lab: nothing is broken\n');
  expect(faults).toEqual(['break clock-skewed worker-1', 'mend clock-skewed worker-1']);
});

it('explains a fault, and refuses what it does not understand', () => {
  const { run } = world();
  expect(run('lab break clock-skewed --help').out).toBe(
    'Usage: lab break clock-skewed NODE --by=±DURATION\n       lab mend clock-skewed NODE\n\nIts clock is wrong.\n\n  --by=±DURATION  how far\n',
  );
  expect(run('lab break').out).toContain('lab break FAULT TARGET');
  expect(run('lab mend').out).toContain('lab mend FAULT TARGET');
  expect(run('lab break dance worker-1').err).toBe('lab: no fault "dance"; there are component-stopped, clock-skewed\n');
  expect(run('lab break clock-skewed').err).toBe('lab: clock-skewed of what? Write lab break clock-skewed NODE\n');
  expect(run('lab break clock-skewed nope --by=1m').err).toBe('lab: no node "nope"\n');
  expect(run('lab break clock-skewed worker-1 --by').err).toBe('lab: --by wants a value\n');
});
