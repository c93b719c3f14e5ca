import { expect, it } from 'vitest';
import { NetworkNamespace } from '../../engine/network/namespace.ts';
import { VirtualNetwork } from '../../engine/network/network.ts';
import { parseRange } from '../../engine/network/address.ts';
import type { Confinement } from '../../engine/os/capabilities.ts';
import { MemoryFiles } from '../../engine/os/files.ts';
import { Kernel } from '../../engine/os/kernel.ts';
import { decode, writerTo } from '../../engine/os/text.ts';
import { Simulation } from '../../engine/sim/simulation.ts';
import { busyboxPing, ping } from './ping.ts';

/** Two machines with a pod each; `ping` runs in the first one's pod. */
function world(confinement?: Partial<Confinement>) {
  const sim = new Simulation({ seed: 1 });
  const network = new VirtualNetwork({ sim });
  let powered = true;
  const machine = (node: string, i: number): NetworkNamespace => {
    network.plug({ node, podRange: parseRange(`10.244.${i}.0/24`), powered: () => node !== 'b' || powered });
    const [, pod] = [
      { actor: node, addresses: [`192.168.0.1${i}`], host: true },
      {
        actor: `pod/default/${node}`,
        addresses: [`10.244.${i}.5`],
        hosts: new Map([
          ['there', '10.244.1.5'],
          ['gone', '10.244.1.77'],
        ]),
      },
    ].map((options) => new NetworkNamespace({ network, node, ...options }));
    return pod as NetworkNamespace;
  };
  const pod = machine('a', 0);
  machine('b', 1);
  const run = (line: string, { busybox = false, signal = 0 } = {}): string => {
    let said = '';
    const stream = writerTo((bytes) => (said += decode(bytes)));
    const kernel = new Kernel({
      sim,
      files: new MemoryFiles(() => sim.now),
      net: () => pod.open(),
      hostname: 'a',
      lookup: () => ping,
      random: sim.random('a'),
      ...(confinement === undefined
        ? {}
        : {
            confinement: {
              capabilities: new Set(),
              noNewPrivileges: false,
              seccomp: false,
              readOnlyRoot: false,
              everybodyPings: false,
              ...confinement,
            },
          }),
    });
    const started = kernel.start(['/bin/ping', ...line.split(' ')], {
      stdout: stream,
      stderr: stream,
      program: busybox ? busyboxPing : ping,
    });
    if (signal > 0) sim.after(signal, () => kernel.killGroup(started.pid, 'INT'));
    sim.runFor(60_000);
    return `${said}${started.exitCode}`;
  };
  return { run, network, sim, off: () => (powered = false) };
}

it('reaches a pod of another machine, over two routers', () => {
  expect(world().run('-c 2 there')).toBe(
    `PING there (10.244.1.5) 56(84) bytes of data.
64 bytes from 10.244.1.5: icmp_seq=1 ttl=62 time=2.00 ms
64 bytes from 10.244.1.5: icmp_seq=2 ttl=62 time=2.00 ms

--- there ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1002ms
rtt min/avg/max/mdev = 2.000/2.000/2.000/0.000 ms
0`,
  );
  expect(world().run('-c 1 192.168.0.11', { busybox: true })).toBe(
    `PING 192.168.0.11 (192.168.0.11): 56 data bytes
64 bytes from 192.168.0.11: seq=0 ttl=63 time=2.000 ms

--- 192.168.0.11 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 2.000/2.000/2.000 ms
0`,
  );
});

it('hears from the machine of an address that nobody has; busybox does not listen', () => {
  expect(world().run('-c 2 -q gone')).toBe(
    `PING gone (10.244.1.77) 56(84) bytes of data.

--- gone ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 4000ms
pipe 2
1`,
  );
  expect(world().run('-c 1 10.244.0.77')).toContain('\nFrom 10.244.0.5 icmp_seq=1 Destination Host Unreachable\n');
  expect(world().run('-c 1 gone', { busybox: true })).toBe(
    'PING gone (10.244.1.77): 56 data bytes\n\n--- gone ping statistics ---\n1 packets transmitted, 0 packets received, 100% packet loss\n1',
  );
});

it('hears nothing from a machine without power, over a cut way, and from a Service', () => {
  const lost = '1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n1';
  const dark = world();
  dark.off();
  expect(dark.run('-c 1 -W 1 there')).toContain(lost);
  const cut = world();
  const mend = cut.network.cut((one, other) => one === 'a' && other === 'b');
  expect(cut.run('-c 1 there')).toContain(lost);
  mend();
  expect(cut.run('-c 1 there')).toContain('1 received');
  const { run, network } = world();
  network.setRules('a', { translate: () => ({ kind: 'pass' }) });
  expect(run('-c 1 10.96.0.1')).toContain(lost);
});

it('counts up to an interrupt or the deadline', () => {
  expect(world().run('there', { signal: 2500 })).toContain('3 packets transmitted, 3 received, 0% packet loss, time 2002ms');
  expect(world().run('-i 0.2 -w 1 there')).toContain('5 packets transmitted, 5 received, 0% packet loss, time 802ms');
});

it('needs NET_RAW where pings are not open to everybody', () => {
  expect(world({}).run('-c 1 there', { busybox: true })).toBe(
    'PING there (10.244.1.5): 56 data bytes\nping: permission denied (are you root?)\n1',
  );
  expect(world({}).run('-c 1 there')).toContain('ping: socket: Operation not permitted\n');
  expect(world({ everybodyPings: true }).run('-c 1 there')).toContain('1 received');
  expect(world({ capabilities: new Set(['NET_RAW']) }).run('-c 1 there')).toContain('1 received');
});

it('refuses in the words of each', () => {
  const { run } = world();
  expect(run('nope')).toBe('ping: nope: Name or service not known\n2');
  expect(run('nope', { busybox: true })).toBe("ping: bad address 'nope'\n1");
  expect(run('-c x there')).toBe("ping: invalid argument: 'x'\n2");
  expect(run('-f there')).toBe("ping: option '-f' is not modelled here\n2");
});
