import { expect, it } from 'vitest';
import { chainName, iptablesTables } from './iptables.ts';
import type { Rule } from './proxy.ts';

// The names that every cluster has: kube-proxy's hash of a Service's port.
it('names chains as kube-proxy does', () => {
  expect(chainName('SVC', 'default/kubernetes:https', 'tcp')).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y');
  expect(chainName('SVC', 'kube-system/kube-dns:dns', 'udp')).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
  expect(chainName('SVC', 'kube-system/kube-dns:dns-tcp', 'tcp')).toBe('KUBE-SVC-ERIFXISQEP7F7OF4');
});

it('refuses where nobody is behind a Service, and leads node ports through the external chain', () => {
  const rule: Rule = {
    kind: 'cluster IP',
    service: 'default/web',
    near: false,
    backends: [{ ip: '10.244.1.2', port: 80 }],
    inside: [],
    affinity: 0,
    masquerade: false,
    elsewhere: false,
  };
  const { filter, nat } = iptablesTables(
    new Map([
      ['10.96.0.9:80/TCP', rule],
      ['*:30080/TCP', { ...rule, kind: 'node port', masquerade: true }],
      ['10.96.0.8:80/TCP', { ...rule, service: 'default/empty', backends: [] }],
    ]),
    '10.244.0.0/16',
  );
  expect(filter).toContain(
    '-A KUBE-SERVICES -d 10.96.0.8/32 -p tcp -m comment --comment "default/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
  );
  const [svc, ext] = [chainName('SVC', 'default/web', 'tcp'), chainName('EXT', 'default/web', 'tcp')];
  expect(nat.split('\n')).toEqual(
    expect.arrayContaining([
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web" -m tcp --dport 30080 -j ${ext}`,
      `-A ${ext} -j ${svc}`,
      `-A ${svc} -m comment --comment "default/web -> 10.244.1.2:80" -j ${chainName('SEP', 'default/web', 'tcp', '10.244.1.2:80')}`,
    ]),
  );
  expect(nat).not.toContain('default/empty');
});
