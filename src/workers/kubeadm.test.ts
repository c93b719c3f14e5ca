import { expect, it } from 'vitest';
import { Kernel } from '../engine/os/kernel.ts';
import { MemoryFiles } from '../engine/os/files.ts';
import { decode, writerTo } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

// From a machine with nothing on it to a node, and back (statements kubeadm-join, tool-kubeadm-no-hosts).
it('makes a bare machine a node by its token, through a certificate request, and takes it out again', () => {
  const scenario = parseScenario({ name: 'kubeadm', nodes: [{ name: 'worker-1' }] }, 'kubeadm');
  const session = new Session({ scenario, seed: 3, freeze: true });
  const { cluster } = session;
  const { sim } = cluster;
  const type = (line: string): string => {
    const before = session.transcript('main').length;
    session.line('main', line);
    sim.runUntilTrue(() => !session.terminal('main').busy, 5 * MINUTE);
    return decode(session.transcript('main').subarray(before)).replace(/^.*\n/, '');
  };
  expect(type('kubeadm join 192.168.0.10:6443 --token abcdef.0123456789abcdef')).toContain('kubernotes is no machine of the cluster');
  expect(type('lab node add worker-2 --bare')).toContain('worker-2 (192.168.0.12) is there, and no node yet');
  sim.runFor(MINUTE);
  expect(type('kubectl get nodes -o name')).toBe('node/control-plane\nnode/worker-1\n');

  const machine = cluster.machines.get('worker-2');
  if (machine === undefined) throw new Error('no machine');
  const files = new MemoryFiles(() => sim.now);
  const kernel = new Kernel({
    sim,
    files,
    net: machine.host.open(),
    hostname: 'worker-2',
    lookup: (name) => session.workstation.programs.get(name),
    random: sim.random('worker-2/login'),
    foreground: true,
  });
  const run = (line: string): { out: string; code: number | undefined } => {
    let out = '';
    const sink = writerTo((bytes) => (out += decode(bytes)));
    const started = kernel.start(line.trim().split(' '), { stdout: sink, stderr: sink });
    sim.runUntilTrue(() => started.exitCode !== undefined, 2 * MINUTE);
    return { out, code: started.exitCode };
  };
  const command = type('kubeadm token create --print-join-command');
  expect(command).toMatch(/^kubeadm join 192\.168\.0\.10:6443 --token \S+ --discovery-token-ca-cert-hash sha256:[0-9a-f]{64} \n$/);
  expect(run('kubeadm token list').out).toContain('failed to load admin kubeconfig');
  expect(run(command.replace(/sha256:.*/, `sha256:${'0'.repeat(64)}`)).out).toContain('are pinned');
  expect(run(command.replace(/--token \S+/, '--token abcdef.0123456789abcdef')).out).toContain('could not find a JWS signature');
  const joined = run(command);
  expect(joined).toMatchObject({ code: 0 });
  expect(joined.out).toContain('This node has joined the cluster:');
  sim.runFor(MINUTE);
  expect(type('kubectl get csr --no-headers')).toMatch(
    /^csr-\w+ +\S+ +kubernetes.io\/kube-apiserver-client-kubelet +system:bootstrap:\w{6} +<none> +Approved,Issued\n$/,
  );
  expect(type('kubectl get nodes worker-2 --no-headers')).toMatch(/^worker-2 +Ready /);
  expect(files.exists('/etc/kubernetes/kubelet.conf')).toBe(true);
  expect(run(command).out).toContain('[ERROR FileAvailable--etc-kubernetes-kubelet.conf]');

  expect(run('kubeadm reset -f').out).toContain('[reset] Stopping the kubelet service');
  sim.runFor(MINUTE);
  expect(type('kubectl get nodes worker-2 --no-headers')).toMatch(/^worker-2 +NotReady /);
  expect(type('lab node remove worker-2')).toBe('worker-2 is gone\n');
});
