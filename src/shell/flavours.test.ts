import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../engine/os/files.ts';
import { Kernel } from '../engine/os/kernel.ts';
import { NetworkError, type Network } from '../engine/os/process.ts';
import { decode, readerOf, writerTo } from '../engine/os/text.ts';
import { Simulation } from '../engine/sim/simulation.ts';
import { containerPrograms } from './flavours.ts';
import { TEST_NETWORK } from './test-machine.ts';

function inImage(flavour: string, script: string, net: Network = TEST_NETWORK, shell = 'sh') {
  const sim = new Simulation({ seed: 1 });
  const programs = containerPrograms(flavour);
  const kernel = new Kernel({
    sim,
    files: new MemoryFiles(() => sim.now),
    net,
    hostname: 'box',
    lookup: (name) => programs[name],
    random: sim.random('box'),
  });
  let [out, err] = ['', ''];
  const began = sim.now;
  let ended = began;
  const started = kernel.start([shell, '-c', script], {
    env: new Map([['PATH', '/usr/bin:/bin']]),
    stdout: writerTo((bytes) => (out += decode(bytes))),
    stderr: writerTo((bytes) => (err += decode(bytes))),
  });
  started.onExit(() => (ended = sim.now));
  sim.runFor(3_600_000);
  return { out, err, code: started.exitCode, took: ended - began };
}

describe('what is in an image', () => {
  it.each([
    ['debian', 'nope_', 'sh: 1: nope_: not found\n'],
    ['alpine', 'nope_', 'sh: nope_: not found\n'],
    ['busybox', 'bash', 'sh: bash: not found\n'],
    ['alpine', 'curl http://web', 'sh: curl: not found\n'],
    ['debian', 'ps', 'sh: 1: ps: not found\n'],
    ['debian', 'wget http://web', 'sh: 1: wget: not found\n'],
    ['busybox', 'jq .', 'sh: jq: not found\n'],
    ['alpine', 'cat nope', "cat: can't open 'nope': No such file or directory\n"],
    ['debian', 'cat nope', 'cat: nope: No such file or directory\n'],
    ['busybox', 'ls nope', 'ls: nope: No such file or directory\n'],
    ['busybox', 'rm nope', "rm: can't remove 'nope': No such file or directory\n"],
    ['busybox', 'mkdir -p d; mkdir d', "mkdir: can't create directory 'd': File exists\n"],
    ['busybox', 'cat -Z x', 'cat: unrecognized option: Z\n'],
    ['busybox', 'sleep x', "sleep: invalid number 'x'\n"],
    ['alpine', 'a=(1)', 'sh: syntax error: unexpected "("\n'],
  ])('%s: %s', (flavour, script, err) => {
    expect(inImage(flavour, script).err).toBe(err);
  });

  it('has what was installed on top', () => {
    expect(inImage('debian+curl', 'curl -s http://web').out).toBe('hello from web\n');
    expect(inImage('alpine+bash+curl', 'x=(a b); echo ${x[1]}; nope_', TEST_NETWORK, 'bash')).toMatchObject({
      out: 'b\n',
      err: 'bash: line 1: nope_: command not found\n',
    });
    expect(inImage('alpine', 'ps').out).toMatch(/^PID {3}USER {5}TIME {2}COMMAND\n {4}1 root {6}0:00 ps\n$/);
  });
});

describe('curl', () => {
  const curl = (args: string, net?: Network) => inImage('debian+curl', `curl ${args}`, net);

  it('refuses what is not modelled, and what it does not know, by name', () => {
    expect(curl('--capath x https://web')).toMatchObject({ err: "curl: option '--capath' is not modelled here\n", code: 2 });
    expect(curl('-F a=b http://web')).toMatchObject({ err: "curl: option '-F' is not modelled here\n", code: 2 });
    expect(curl('--nope http://web').err).toBe(
      "curl: option --nope: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    );
  });

  it('tries again on virtual time, and shows only the last answer', () => {
    let asked = 0;
    const net: Network = {
      ...TEST_NETWORK,
      *http() {
        asked++;
        return { status: asked < 3 ? 503 : 200, headers: {}, body: readerOf(`answer ${asked}\n`) };
      },
    };
    expect(curl('--retry 5 http://web', net)).toEqual({
      out: 'answer 3\n',
      err: 'Warning: Problem: HTTP error. Will retry in 1 second. 5 retries left.\nWarning: Problem: HTTP error. Will retry in 2 seconds. 4 retries left.\n',
      code: 0,
      took: 3000,
    });
  });

  it('takes a refused connection for final unless it is told not to', () => {
    const net: Network = {
      ...TEST_NETWORK,
      *http() {
        throw new NetworkError('ECONNREFUSED', 'connection refused');
      },
    };
    expect(curl('-s --retry 2 http://web', net)).toMatchObject({ code: 7, took: 0 });
    expect(curl('-s --retry 2 --retry-delay 4 --retry-connrefused http://web', net)).toMatchObject({ code: 7, took: 8000 });
  });

  it('puts data into the address with -G', () => {
    let url = '';
    const net: Network = {
      ...TEST_NETWORK,
      *http(request) {
        url = `${request.method} ${request.url}`;
        return { status: 200, headers: {}, body: readerOf('') };
      },
    };
    curl('-G -d a=1 -d b=2 http://web/x', net);
    expect(url).toBe('GET http://web/x?a=1&b=2');
  });
});

describe('archives in images', () => {
  it('busybox has tar, as `kubectl cp` needs it, and says busybox’s sentences', () => {
    expect(inImage('busybox', 'mkdir d; echo hi > d/f; tar cf - d | tar tf -; tar cf x nope')).toMatchObject({
      out: 'd/\nd/f\n',
      err: 'tar: nope: No such file or directory\ntar: error exit delayed from previous errors\n',
    });
  });
});
