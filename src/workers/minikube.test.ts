import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

it('keeps defaults of the next start and images for every machine in its configuration', () => {
  const scenario = parseScenario({ name: 'mini', controlPlane: { name: 'minikube', taints: [] }, nodes: [], systemPods: true }, 'mini');
  const session = new Session({ scenario, seed: 3, freeze: true });
  const type = (line: string): string => {
    const before = session.transcript('main').length;
    session.line('main', line);
    session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy, 20 * MINUTE);
    return decode(session.transcript('main').subarray(before)).replace(/^.*\n/, '').trim();
  };
  expect(type('minikube config set cpus two')).toContain('with value of "two": [cpus:strconv.Atoi: parsing "two": invalid syntax]');
  expect(type('minikube config set flavour x')).toContain('property name "flavour" not found');
  expect(type('minikube config set nodes 2')).toContain('These changes will take effect upon a minikube delete and then a minikube start');
  type('minikube config set driver docker');
  expect(type('minikube config view')).toBe('- driver: docker\n- nodes: 2');
  expect(type('minikube start | grep -c m02')).toBe('1');
  expect(type('minikube config unset nodes; minikube config get nodes')).toBe('Error: specified key could not be found in config');
  type('minikube cache add redis:7');
  expect(type('minikube cache list')).toBe('redis:7');
  expect(type('for n in minikube minikube-m02; do ssh $n crictl images | grep -c redis; done')).toBe('1\n1');
  expect(type('minikube delete > out; minikube start | grep addons')).toBe('🌟  Enabled addons: storage-provisioner, default-storageclass');
});
