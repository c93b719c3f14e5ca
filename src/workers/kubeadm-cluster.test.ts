import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

function open(scenario: object): { session: Session; type: (line: string) => string } {
  const session = new Session({ scenario: parseScenario({ name: 'kubeadm', ...scenario }, 'kubeadm'), seed: 3, freeze: true });
  const type = (line: string): string => {
    const before = session.transcript('main').length;
    session.line('main', line);
    session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy, 20 * MINUTE);
    return decode(session.transcript('main').subarray(before)).replace(/^.*\n/, '');
  };
  return { session, type };
}

it('makes a cluster on a bare machine, unmakes it, makes another, and a replay does the same', () => {
  const scenario = { controlPlane: { name: 'cp', bare: true }, nodes: [{ name: 'w', bare: true }] };
  const { session, type } = open(scenario);
  expect(type('ssh w kubeadm init')).toContain('cp is the machine that can have a control plane here, and not w');
  expect(type('ssh cp kubeadm init --pod-network-cidr=10.244.0.0/16 --token abcdef.0123456789abcdef')).toContain(
    'initialized successfully!',
  );
  expect(type('ssh cp kubeadm init 2>&1 | grep -c ERROR')).toBe('11\n');
  type('mkdir .kube; scp -q cp:/etc/kubernetes/admin.conf .kube/config');
  expect(type('kubectl create namespace first')).toBe('namespace/first created\n');
  expect(type('ssh cp kubeadm reset -f')).toContain('[reset] Deleted contents of the etcd data directory: /var/lib/etcd\n');
  expect(type('kubectl get namespaces')).toContain('was refused');
  expect(type('ssh cp ls /etc/kubernetes/manifests /etc/kubernetes/pki')).not.toMatch(/yaml|crt|key/);
  expect(type('ssh cp kubeadm init --config <(printf "apiVersion: kubeadm.k8s.io/v1beta4\\nkind: ClusterConfiguration\\n")')).toContain(
    'no such file',
  );
  expect(type('ssh cp kubeadm init --skip-phases=addon/coredns')).toContain('initialized successfully!');
  expect(type('ssh cp KUBECONFIG=/etc/kubernetes/admin.conf kubectl get namespaces -o name')).not.toContain('first');
  const twin = open(scenario).session;
  twin.replay(session.recording());
  twin.cluster.sim.runUntil(session.cluster.sim.now);
  expect(twin.hash()).toBe(session.hash());
});

it('joins a second control plane, whose replay does the same, takes it out and lets it join again', () => {
  const scenario = { controlPlane: { name: 'cp', bare: true }, nodes: [{ name: 'cp2', bare: true }], kubernetesVersion: 'v1.35.5' };
  const { session, type } = open(scenario);
  type(
    'ssh cp kubeadm init --control-plane-endpoint cluster-endpoint:6443 --pod-network-cidr=10.244.0.0/16 --upload-certs --certificate-key $(printf %064d 7) > out',
  );
  const join =
    'ssh cp2 "$(ssh cp kubeadm token create --print-join-command --certificate-key $(printf %064d 7))" | grep -c member.was.added';
  expect(type(join)).toBe('1\n');
  type('mkdir .kube; scp -q cp2:/etc/kubernetes/admin.conf .kube/config; ssh cp mv /etc/kubernetes/manifests/kube-apiserver.yaml /root');
  type('lab clock +1m');
  expect(type('kubectl get nodes -o name')).toBe('node/cp\nnode/cp2\n');
  type('ssh cp mv /root/kube-apiserver.yaml /etc/kubernetes/manifests; lab clock +1m');
  type('kubectl apply -f kube-flannel.yaml > out; lab clock +1m');
  for (const machine of ['cp', 'cp2']) type(`ssh ${machine} "apt-mark unhold kubeadm && apt-get install -y kubeadm=1.36.3-1.1"`);
  expect(type('ssh cp kubeadm upgrade apply -y v1.36.3 | grep SUCCESS')).toContain('v1.36.3');
  expect(type('ssh cp2 kubeadm upgrade node | grep instance.for')).toContain('successfully upgraded!');
  expect(type('kubectl get cm -n kube-system kubeadm-config -o yaml | grep -c controlPlaneEndpoint:.cluster-endpoint:6443')).toBe('1\n');
  expect(type("kubectl get pods -n kube-system -l tier=control-plane -o yaml | grep -c 'image: .*v1.36.3'")).toMatch(/^(6|12)\n$/);
  type('ssh cp2 kubeadm reset -f');
  // The certificates that were uploaded are of a cluster that has them still.
  type('TOKEN=$(ssh cp kubeadm token create)');
  const bootstrap = 'bootstrapToken: { apiServerEndpoint: "cluster-endpoint:6443", token: $TOKEN, unsafeSkipCAVerification: true }';
  const lines = [
    'apiVersion: kubeadm.k8s.io/v1beta4',
    'kind: JoinConfiguration',
    `discovery: { ${bootstrap} }`,
    'controlPlane:',
    '  certificateKey: ',
  ];
  type(`(printf '${lines.join('\\n').replace('$TOKEN', "'$TOKEN'")}"'; printf %064d 7; echo '"') | ssh cp2 'cat > join.yaml'`);
  expect(type('ssh cp2 kubeadm join --config join.yaml --token a.b 2>&1 | head -1')).toBe(
    "can not mix '--config' with arguments [token]\n",
  );
  expect(type('ssh cp2 kubeadm join --config join.yaml | grep -c member.was.added')).toBe('1\n');
  expect(type("kubectl get endpoints kubernetes -o jsonpath='{.subsets[0].addresses[*].ip}' 2>/dev/null")).toContain('192.168.0.11');
  const twin = open(scenario).session;
  twin.replay(session.recording());
  twin.cluster.sim.runUntil(session.cluster.sim.now);
  expect(twin.hash()).toBe(session.hash());
});

it('keeps uploaded certificates for two hours, and lets nobody join a cluster without a stable address', () => {
  const { type } = open({ controlPlane: { name: 'cp', bare: true }, nodes: [{ name: 'cp2', bare: true }] });
  type('ssh cp kubeadm init > out; mkdir .kube; scp -q cp:/etc/kubernetes/admin.conf .kube/config');
  type('KEY=$(ssh cp kubeadm init phase upload-certs --upload-certs | tail -1)');
  type('JOIN="$(ssh cp kubeadm token create --ttl 0 --print-join-command --certificate-key $KEY)"');
  expect(type('ssh cp2 $JOIN 2>&1 | grep unable')).toBe(
    "unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address\n",
  );
  const count = 'kubectl get secret -n kube-system -o name | grep -c -e kubeadm-certs';
  expect(type(count)).toBe('1\n');
  // In parts, as the terminal waits for half an hour at most.
  for (let i = 0; i < 9; i++) type('lab clock +15m');
  expect(type(count)).toBe('0\n');
  expect(type('ssh cp kubeadm token list | grep -c forever')).toBe('1\n');
});

it('reads a configuration file as Go does: what it does not know is a warning, and an error for config validate', () => {
  const { type } = open({ controlPlane: { name: 'cp', bare: true }, nodes: [] });
  const write = (...lines: string[]): string => type(`printf '${lines.join('\\n')}\\n' | ssh cp 'cat > a.yaml'`);
  const validate = (): string => type('ssh cp kubeadm config validate --config a.yaml').split('\n')[0] ?? '';
  const head = ['apiVersion: kubeadm.k8s.io/v1beta4', 'kind: ClusterConfiguration'];
  write(...head, 'networking:', '  podsubnet: 10.244.0.0/16');
  const unknown =
    'error unmarshaling configuration schema.GroupVersionKind{Group:"kubeadm.k8s.io", Version:"v1beta4", Kind:"ClusterConfiguration"}: strict decoding error: unknown field "networking.podsubnet"';
  expect(validate()).toBe(unknown);
  expect(type('ssh cp kubeadm init phase certs ca --config a.yaml')).toMatch(
    /^W.* \d+ initconfiguration.go:332\] .*podsubnet"\n\[certs\] Gen/,
  );
  write(...head, 'networking: { podSubnet: 10 }');
  expect(validate()).toContain(': json: cannot unmarshal number into Go struct field Networking.networking.podSubnet of type string');
  write('apiVersion: kubeadm.k8s.io/v1beta2', 'kind: InitConfiguration');
  expect(validate()).toMatch(
    /^your configuration file uses an old API spec: "kubeadm.k8s.io\/v1beta2" \(kind: "InitConfiguration"\). Please use kubeadm v1.22/,
  );
  write(...head, '---', ...head);
  expect(validate()).toBe('invalid configuration: kind "ClusterConfiguration" is specified twice in YAML file');
  write(...head, 'kubernetesVersion: a: b');
  expect(validate()).toBe('error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context');
  write('apiVersion: example.com/v1', 'kind: Thing');
  expect(validate()).toContain('unknown configuration APIs: []schema.GroupVersionKind{schema.GroupVersionKind{Group:"example.com"');
});

it('upgrades a cluster part by part: kubeadm, the control plane, then each kubelet', () => {
  const { type } = open({ kubernetesVersion: 'v1.35.5', nodes: [{ name: 'w' }] });
  const versions = (): string =>
    type("kubectl get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'; kubectl get --raw /version | jq -r .gitVersion");
  expect(versions()).toBe('v1.35.5 v1.35.5v1.35.5\n');
  expect(type('ssh control-plane kubeadm upgrade apply -y v1.36.3')).toContain(
    'at least one minor release higher than the kubeadm minor release (36 > 35)',
  );
  expect(type('ssh control-plane apt-get install -y kubeadm=1.36.3-1.1')).toContain('E: Held packages were changed');
  expect(type('ssh control-plane "apt-mark unhold kubeadm && apt-get install -y kubeadm=1.36.3-*"')).toContain(
    'Setting up kubeadm (1.36.3-1.1)',
  );
  expect(type('ssh control-plane kubeadm upgrade plan')).toContain('kubeadm upgrade apply v1.36.3');
  type('lab clock +5m');
  const expiry = 'ssh control-plane kubeadm certs check-expiration | grep "^apiserver "';
  const before = type(expiry);
  expect(type('ssh control-plane kubeadm upgrade apply -y v1.36.3')).toContain(
    'SUCCESS! A control plane node of your cluster was upgraded to "v1.36.3"',
  );
  expect(type(expiry)).not.toBe(before);
  expect(versions()).toBe('v1.35.5 v1.35.5v1.36.3\n');
  const images =
    "kubectl get pods -n kube-system -o jsonpath='{.items[*].spec.containers[0].image}' | tr ' ' '\\n' | sort -u | grep -c v1.36.3";
  type('lab clock +1m');
  expect(type(images)).toBe('4\n');
  type('ssh w "apt-get install -y --allow-change-held-packages kubelet=1.36.3-1.1"');
  expect(versions()).toContain('v1.35.5 v1.35.5');
  type('ssh w systemctl restart kubelet');
  type('lab clock +20s');
  expect(versions()).toBe('v1.35.5 v1.36.3v1.36.3\n');
});

it('starts no part of a control plane with a flag or a file that is not right', () => {
  const { type } = open({ nodes: [{ name: 'w' }] });
  const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  type(`ssh control-plane 'cp ${manifest} /root; sed -i s/--etcd-servers=/--etcd-serverz=/ ${manifest}'`);
  type('lab clock +1m');
  expect(type('kubectl get nodes')).toContain('was refused');
  expect(type("ssh control-plane 'crictl logs $(crictl ps -aq --name kube-apiserver | head -1)'")).toContain(
    'unknown flag: --etcd-serverz',
  );
  type(`ssh control-plane cp /root/kube-apiserver.yaml ${manifest}`);
  type('lab clock +1m');
  expect(type('kubectl get nodes -o name')).toBe('node/control-plane\nnode/w\n');
});
