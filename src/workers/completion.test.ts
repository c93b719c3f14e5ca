import { expect, it } from 'vitest';
import { Session } from './session.ts';

const TYPED = ['kubectl get nodes', 'kubectl create deployment web --image=nginx', 'cat nope'];
const TABS = [
  '',
  'k',
  'kubectl get po',
  'k get pods -n kube-system et',
  'kubectl logs ',
  'kubectl describe node w',
  'kubectl -n ',
  'cat de',
  'echo $HO',
];

function play(tabs: readonly string[]): Session {
  const session = new Session({ seed: 7, freeze: true });
  for (const line of TYPED) {
    session.cluster.sim.runFor(2000);
    for (const tab of tabs) session.terminal('main').complete(tab, tab.length);
    session.line('main', line);
  }
  session.cluster.sim.runFor(2000);
  return session;
}

/** What the terminal shows since it was cleared. */
function shownBy(session: Session): string {
  return new TextDecoder().decode(session.transcript('main')).split('\x1b[3J').at(-1) ?? '';
}

it('leaves no trace of Tab presses: recordings with and without them are one run', () => {
  const plain = play([]);
  const tabbed = play(TABS);
  const recording = tabbed.recording();
  expect(tabbed.hash()).toBe(plain.hash());
  expect(recording).toEqual(plain.recording());
  const again = new Session({ seed: 7, freeze: true });
  again.replay(recording);
  expect(again.hash()).toBe(tabbed.hash());
});

it('completes types, names and namespaces from the cluster', () => {
  const session = play([]);
  const complete = (line: string): string[] => session.terminal('main').complete(line, line.length).candidates;
  expect(complete('k get deploy')).toEqual(['deployments.apps']);
  expect(complete('k get deployments w')).toEqual(['web']);
  expect(complete('k get pods -n kube-system etcd')).toEqual(['etcd-control-plane']);
  expect(complete('k describe node wo')).toEqual(['worker-1', 'worker-2', 'worker-3']);
  expect(complete('k get pods -n kube-s')).toEqual(['kube-system']);
});

it('takes in the completion that kubectl prints, for another name as well', () => {
  const session = play([]);
  session.line('main', 'clear; source <(kubectl completion bash); echo $?; complete -o default -F __start_kubectl kc; complete -p');
  session.cluster.sim.runFor(2000);
  expect(shownBy(session)).toContain('0\ncomplete -o default -F __start_kubectl kubectl\ncomplete -o default -F __start_kubectl kc\n');
  expect(session.terminal('main').complete('kc get deployments w', 20).candidates).toEqual(['web']);
});

it('pings pods and nodes from the workstation, and no Service', () => {
  const session = play([]);
  session.cluster.sim.runFor(20_000);
  session.line(
    'main',
    'clear; ping -c 1 -q $(kubectl get pod -l app=web -o jsonpath="{.items[0].status.podIP}"); ping -c 1 -q -W 1 10.96.0.1',
  );
  session.cluster.sim.runFor(5000);
  expect(shownBy(session)).toMatch(/ 1 received, 0% packet loss.* 0 received, 100% packet loss/s);
});

it('knows no more than kubectl while the API server is away', () => {
  const session = play([]);
  session.fault({ fault: 'component-stopped', target: 'apiserver' });
  expect(session.terminal('main').complete('k get deployments w', 19).candidates).toEqual([]);
});

it('replays terminals that were opened later', () => {
  const session = new Session({ seed: 7 });
  session.cluster.sim.runFor(1500);
  session.resize('main', 100, 30);
  session.terminal('second');
  session.cluster.sim.runFor(1500);
  session.line('second', 'tty; echo $COLUMNS; sleep 3');
  session.cluster.sim.runFor(1000);
  session.signal('second', 'INT');
  const again = new Session({ seed: 7 });
  again.replay(session.recording());
  expect(again.hash()).toBe(session.hash());
  expect(again.transcript('second')).toEqual(session.transcript('second'));
});

it('completes flags and their values, containers, contexts, labels and the fields of a type', () => {
  const session = play([]);
  const complete = (line: string): string[] => session.terminal('main').complete(line, line.length).candidates;
  expect(complete('k rollout st')).toEqual(['status']);
  expect(complete('k get pods --sho')).toEqual(['--show-kind', '--show-labels', '--show-managed-fields']);
  expect(complete('k get pods -o go')).toEqual(['go-template', 'go-template-file']);
  expect(complete('k delete pod web --cascade=f')).toEqual(['foreground']);
  expect(complete('k logs deployments/web -c ')).toEqual(['nginx']);
  expect(complete('k get deployments,serv')).toEqual(['serviceaccounts', 'servicecidrs.networking.k8s.io', 'services']);
  expect(complete('k config use-context ').length).toBe(1);
  expect(complete('k get pods -l app')).toEqual(['app=web']);
  expect(complete('k explain pods.spec.topo')).toEqual(['pods.spec.topologySpreadConstraints']);
  // A file name is meant.
  session.line('main', 'touch web.yaml');
  session.cluster.sim.runFor(1000);
  expect(complete('k apply -f we')).toEqual(['web.yaml']);
});
