import { describe, expect, it } from 'vitest';
import { pipe } from '../engine/os/pipe.ts';
import { decode, encode, writerTo } from '../engine/os/text.ts';
import { Tty } from '../engine/os/tty.ts';
import { Simulation } from '../engine/sim/simulation.ts';
import { ash } from './sh.ts';
import { runScript, testMachine, TEST_NETWORK } from './test-machine.ts';
import { Workstation } from './workstation.ts';

describe('sh as a container runs it', () => {
  it('becomes its last command, so that signals reach the program', () => {
    const { kernel } = testMachine();
    kernel.start(['sh', '-c', 'X=1; sleep 1000']);
    expect(kernel.processes().map(({ pid, argv }) => [pid, argv.join(' ')])).toEqual([[1, 'sleep 1000']]);
  });

  it('acts on a trapped TERM when the foreground command has ended', () => {
    const { sim, kernel } = testMachine();
    const started = kernel.start(['sh', '-c', 'trap "exit 4" TERM; while true; do sleep 10; done']);
    sim.runFor(5000);
    started.kill('TERM');
    sim.runFor(4000);
    expect(started.exitCode).toBeUndefined();
    sim.runFor(2000);
    expect(started.exitCode).toBe(4);
  });

  it('leaves `wait` at once on a trapped signal', () => {
    const { sim, kernel } = testMachine();
    const started = kernel.start(['sh', '-c', 'trap "exit 5" TERM; sleep 1000 & wait']);
    sim.runFor(1000);
    started.kill('TERM');
    expect(started.exitCode).toBe(5);
  });

  it('runs what it reads command by command, and a command reads on from there', () => {
    const { sim, kernel } = testMachine();
    const input = pipe();
    let shown = '';
    const out = writerTo((bytes) => (shown += decode(bytes)));
    const started = kernel.start(['sh'], { stdin: input.reader, stdout: out, stderr: out });
    const type = (text: string): void => {
      input.writer.push(encode(text));
      sim.runFor(100);
    };
    type('echo one\nif true\n');
    expect(shown).toBe('one\n');
    type('then echo two; fi\n\nread answer\nnobody knows\necho "$answer"; nope\n');
    expect(shown).toBe('one\ntwo\nnobody knows\nsh: 6: nope: not found\n');
    type('false\n\n# the status is that of the last command\n');
    input.writer.close();
    sim.runFor(100);
    expect(started.exitCode).toBe(1);
  });

  it('is interactive on a terminal, with ^C', () => {
    const { sim, kernel } = testMachine({ sh: ash });
    kernel.start(['sleep', '100000']);
    let shown = '';
    let group = 0;
    const tty = new Tty({ output: (bytes) => (shown += decode(bytes)), signal: (signal) => kernel.killGroup(group, signal) });
    const started = kernel.start(['sh'], { stdin: tty.reader, stdout: tty.writer, stderr: tty.writer, terminal: tty });
    group = started.pid;
    for (const typed of ['nope\r', 'sleep 100\r', '\x03', 'echo $?\r', '\x04']) {
      tty.type(encode(typed));
      sim.runFor(1000);
    }
    expect(shown).toBe('/ # sh: nope: not found\n/ # / # 130\n/ # ');
    expect(started.exitCode).toBe(0);
  });
});

describe('what must not stop the world', () => {
  it.each([
    ['an endless loop', 'while :; do :; done'],
    ['endless output', 'yes > /dev/null'],
    ['a fork bomb', ':() { : | : & }; :'],
    ['endless recursion', 'f() { f; }; f'],
    ['endless substitution', 'f() { x=$(f); }; f'],
  ])('%s', (_, script) => {
    const { sim, kernel } = testMachine();
    kernel.start(['bash', '-c', script]);
    const before = sim.steps;
    sim.runFor(100);
    expect(sim.steps - before).toBeLessThan(20_000);
  });
});

describe('what is large goes by', () => {
  it.each([
    ['a hundred megabytes of lines', 'yes | head -c 100000000 | wc -c', '100000000\n'],
    ['a hundred megabytes of nothing', 'cat /dev/zero | head -c 100000000 | wc -c', '100000000\n'],
    ['ten million numbers', 'seq 10000000 | tail -n 1', '10000000\n'],
    ['a reader that has enough', 'yes | head -n 2; while :; do echo y; done | head -n 1; echo ${PIPESTATUS[1]}', 'y\ny\ny\n0\n'],
    [
      'bytes that are no text',
      'head -c 300000 /dev/urandom > r; cat r | cat | gzip | gunzip | cmp - r && base64 r | base64 -d | cmp - r && echo same',
      'same\n',
    ],
    ['a loop of awk, which a signal ends', 'awk "BEGIN{while(1) i++}" & sleep 0.1; kill $!; wait $!; echo $?', '143\n'],
  ])('%s', (_, script, out) => {
    expect(runScript('bash', script)).toEqual({ out, err: '', code: 0 });
  });
  it('says nothing of what ends with the first process', () => {
    expect(runScript('bash', 'f() { sleep 5; }; f & sleep 0.1; exit 0')).toEqual({ out: '', err: '', code: 0 });
  });
  it('keeps nothing of what went by', () => {
    const { sim, kernel } = testMachine();
    const started = kernel.start(['bash', '-c', 'cat /dev/zero | tr "\\0" x | head -c 30000000 | tail -c 1']);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    while (started.exitCode === undefined) {
      sim.runFor(10);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(started.exitCode).toBe(0);
    expect(most).toBeLessThan(30_000_000);
  });
});

describe('Workstation', () => {
  const open = () => {
    const sim = new Simulation({ seed: 1 });
    const machine = new Workstation({
      sim,
      net: TEST_NETWORK,
      programs: {},
      files: { 'web.yaml': 'a', 'deep/nested.yaml': 'b' },
      complete: { kubectl: (line, cursor) => ({ from: line.lastIndexOf(' ', cursor - 1) + 1, candidates: [`[${line}]`] }) },
    });
    return machine.open('t');
  };

  it('completes commands, files, variables and the arguments of programs', () => {
    const session = open();
    expect(session.complete('hist', 4)).toEqual({ from: 0, candidates: ['history'] });
    expect(session.complete('ls; ec', 6)).toEqual({ from: 4, candidates: ['echo'] });
    expect(session.complete('cat w', 5)).toEqual({ from: 4, candidates: ['web.yaml'] });
    expect(session.complete('cat de', 6)).toEqual({ from: 4, candidates: ['deep/'] });
    expect(session.complete('cat deep/n', 10)).toEqual({ from: 4, candidates: ['deep/nested.yaml'] });
    expect(session.complete('echo $HO', 8).candidates).toContain('$HOME');
    expect(session.complete('k get po', 8)).toEqual({ from: 6, candidates: ['[kubectl get po]'] });
    expect(session.complete('ls | k get p', 12)).toEqual({ from: 11, candidates: ['[kubectl get p]'] });
  });

  it('completes as `complete` says', () => {
    const session = open();
    session.line('complete -o default -F __start_kubectl kc; complete -W "start stop" svc');
    expect(session.complete('kc get po', 9)).toEqual({ from: 7, candidates: ['[kubectl get po]'] });
    expect(session.complete('svc sta', 7)).toEqual({ from: 4, candidates: ['start'] });
    expect(session.complete('svc x', 5)).toEqual({ from: 4, candidates: [] });
    session.line('complete -r kc');
    expect(session.complete('kc get po', 9).candidates).toEqual([]);
  });

  it('tells its prompt', () => {
    const session = open();
    expect([session.prompt, session.busy]).toEqual(['learner@kubernotes:~$ ', false]);
    session.line('cd deep');
    expect(session.prompt).toBe('learner@kubernotes:~/deep$ ');
    expect(session.cwd).toBe('/home/learner/deep');
    session.line('sleep 1');
    expect([session.prompt, session.busy]).toEqual([undefined, true]);
    session.signal('INT');
    session.line('cat');
    expect([session.prompt, session.busy]).toEqual(['', true]);
    session.eof();
    expect(session.prompt).toBe('learner@kubernotes:~/deep$ ');
  });
});

it('gives an exit code to a script that reads nothing', () => {
  expect(runScript('sh', 'read x')).toEqual({ out: '', err: '', code: 1 });
});
