import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { Session } from './session.ts';

function workstation(): (line: string) => string {
  const scenario = parseScenario({ name: 'etcd', systemPods: false, nodes: [] }, 'test');
  const session = new Session({ scenario, seed: 1, freeze: true });
  const { sim } = session.cluster;
  return (line) => {
    const before = session.transcript('main').length;
    session.line('main', line);
    sim.runUntilTrue(() => !session.terminal('main').busy, 600_000);
    sim.runUntilQuiet(10_000);
    return decode(session.transcript('main').subarray(before)).replace(/^\S*:\S*\$ .*\n/, '');
  };
}

it('lets users do what their roles say once they are enabled, and the API server is a user too', () => {
  const type = workstation();
  expect(type('etcdctl auth enable')).toBe('Error: etcdserver: root user does not exist\n');
  for (const line of ['user add root:pw', 'user add alice:secret', 'role add reader', 'user grant-role alice reader'])
    type(`etcdctl ${line}`);
  expect(type('etcdctl role grant-permission reader read /app/ --prefix')).toBe('Role reader updated\n');
  expect(type('etcdctl role get reader')).toBe('Role reader\nKV Read:\n\t[/app/, /app0) (prefix /app/)\nKV Write:\n');
  type('etcdctl put /app/x 1');
  expect(type('etcdctl auth enable')).toBe('Authentication Enabled\n');
  expect(type('etcdctl --user alice:secret get /app/x')).toBe('/app/x\n1\n');
  expect(type('etcdctl --user alice:secret put /app/x 2')).toBe('Error: etcdserver: permission denied\n');
  expect(type('etcdctl --user alice:secret get / --prefix')).toBe('Error: etcdserver: permission denied\n');
  expect(type('etcdctl --user alice:wrong get /app/x')).toBe('Error: etcdserver: authentication failed, invalid user ID or password\n');
  expect(type('etcdctl --user alice:secret user list')).toBe('Error: etcdserver: permission denied\n');
  expect(type('kubectl get nodes')).toBe('Error from server: etcdserver: permission denied\n');
  type('etcdctl --user root:pw user add kube-apiserver-etcd-client --no-password');
  type('etcdctl --user root:pw user grant-role kube-apiserver-etcd-client root');
  expect(type('kubectl get namespaces default -o name')).toBe('namespace/default\n');
});

it('gives a lock to one after the other, and lets a leader of the next one follow', () => {
  const type = workstation();
  type('etcdctl lock m > one &');
  type('etcdctl lock m echo mine > two &');
  type('lab clock +2m');
  expect(type('cat one')).toMatch(/^m\/[0-9a-f]+\n\n$/);
  expect(type('cat two')).toBe('');
  type('kill %1');
  expect(type('cat two')).toContain('mine\n');
  type('etcdctl elect boss alice > three &');
  type('etcdctl elect boss bob > four &');
  expect(type('cat three four')).toMatch(/^boss\/[0-9a-f]+\nalice\n$/);
  type('kill %1');
  expect(type('cat four')).toMatch(/^boss\/[0-9a-f]+\nbob\n/);
});
