import { beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../engine/cluster.ts';
import { TestWorkstation } from './test-workstation.ts';
import type { Outcome } from './test-workstation.ts';

// A session against a cluster in process. Expected texts are those that a real kubectl prints.

describe('kubectl on a cluster', () => {
  let run: (line: string) => Outcome;
  let workstation: TestWorkstation;

  beforeAll(() => {
    const cluster = openCluster({ nodes: 1, freeze: true });
    workstation = TestWorkstation.of(cluster);
    run = (line) => workstation.run(line);
    run('kubectl create deployment web --image=nginx:1.27 --port=80 && kubectl create cm c --from-literal=a=1');
    cluster.sim.runUntilQuiet();
  });

  it('diffs without taking the annotations that a manifest leaves out', () => {
    workstation.files.mount('/root', { 'd.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata: {a: "1"}\n' });
    expect(run('kubectl apply -f d.yaml').out).toBe('configmap/d created\n');
    expect(run('kubectl diff -f d.yaml')).toEqual({ code: 0, out: '', err: '' });
    workstation.files.mount('/root', { 'd.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata: {a: "2"}\n' });
    const { code, out } = run('kubectl diff -f d.yaml');
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => /^[-+] /.test(line))).toEqual(['-  a: "1"', '+  a: "2"']);
  });

  it('tells its own failure from a difference', () => {
    expect(run('kubectl diff')).toEqual({ code: 2, out: '', err: 'error: must specify one of -f and -k\n' });
  });

  it('leaves fields that are null out of a new object', () => {
    workstation.files.mount('/root', { 'n.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nulls}\ndata: {a: null, b: x}\n' });
    run('kubectl apply -f n.yaml');
    expect(run("kubectl get cm nulls -o jsonpath='{.data}'").out).toBe('{"b":"x"}');
  });

  it('names the containers there are', () => {
    const pod = run("kubectl get pods -l app=web -o jsonpath='{.items[0].metadata.name}'").out;
    expect(run(`kubectl logs ${pod} -c nope`).err).toBe(`error: container nope is not valid for pod ${pod} out of: nginx\n`);
    expect(run('kubectl logs nope').err).toBe('error: error from server (NotFound): pods "nope" not found in namespace "default"\n');
  });

  it('gives no terminal to a container where nobody sits at one', () => {
    expect(run('kubectl exec -it deploy/web -- nginx').err).toMatch(
      /^Unable to use a TTY - input is not a terminal or the right kind of file\n/,
    );
  });

  it('keeps the flags of a command apart from those of all', () => {
    const { out, err } = run("kubectl create rolebinding b --role=r --user=u --dry-run=client -o jsonpath='{.subjects[0].name}'");
    expect({ out, err }).toEqual({ out: 'u', err: '' });
    expect(run('kubectl get pods --user=u').err).toBe('error: auth info "u" does not exist\n');
  });

  it('asks what may be done, with kubectl’s cautions', () => {
    expect(run('kubectl auth can-i get pods')).toEqual({ code: 0, out: 'yes\n', err: '' });
    expect(run('kubectl auth can-i get nodes').err).toBe("Warning: resource 'nodes' is not namespace scoped\n\n");
    expect(run('kubectl auth can-i nope pods').err).toBe("Warning: verb 'nope' is not a known verb\n\n");
    expect(run('kubectl auth can-i impersonate users').err).not.toContain('resource type');
  });

  it('applies and deletes a kustomization', () => {
    workstation.files.mount('/root/k', {
      'kustomization.yaml': 'namePrefix: dev-\nconfigMapGenerator:\n- name: conf\n  literals: [a=1]\n',
    });
    const { out } = run('kubectl apply -k k');
    const name = /^configmap\/(dev-conf-[a-z0-9]{10}) created\n$/.exec(out)?.[1];
    expect(name).toBeDefined();
    expect(run('kubectl delete -k k').out).toBe(`configmap "${name ?? ''}" deleted from default namespace\n`);
  });

  it('copies a watch that is asked for by its path, a line an event, until the server ends it', () => {
    const watch = '/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Draw';
    run("kubectl create cm raw --from-literal=a='<1>'");
    const { code, out, err } = run(`kubectl get --raw '${watch}'`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\{"type":"ADDED","object":\{"kind":"ConfigMap","apiVersion":"v1",.*"data":\{"a":"\\u003c1\\u003e"\}.*\}\}\n$/);
    const pod = run("kubectl get pods -l app=web -o jsonpath='{.items[0].metadata.name}'").out;
    expect(run(`kubectl get --raw '/api/v1/namespaces/default/pods/${pod}/exec?command=ls&stdout=true'`).err).toBe(
      'Error from server (BadRequest): Upgrade request required\n',
    );
  });

  it('complains of flags as the real one does', () => {
    expect(run('kubectl get pods --nope').err).toBe("error: unknown flag: --nope\nSee 'kubectl get --help' for usage.\n");
    expect(run('kubectl get pods --watch=maybe').err).toBe(
      'error: invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax\nSee \'kubectl get --help\' for usage.\n',
    );
    expect(run('kubectl label pods p a=b c').err).toBe('error: all resources must be specified before label changes: c\n');
    expect(run('kubectl get pods --request-timeout=abc').err).toMatch(/^error: Invalid timeout value\./);
  });

  it('refuses what it cannot do instead of ignoring it', () => {
    for (const line of ['kubectl proxy --unix-socket=/tmp/s', 'kubectl top pods --show-swap']) {
      const { code, out, err } = run(line);
      expect({ line, code, out }).toEqual({ line, code: 1, out: '' });
      expect(err).toMatch(/^error: .* (is|are) not modelled by this kubectl/);
    }
    expect(run('kubectl create role r --verb=get --resource=nope').err).toBe('the server doesn\'t have a resource type "nope"\n');
    expect(run('kubectl top pods').err).toBe('error: Metrics API not available\n');
  });
});

describe('kubectl before a server that is down', () => {
  it('asks whether the address is right', () => {
    const cluster = openCluster({ nodes: 1, freeze: true });
    const workstation = TestWorkstation.of(cluster);
    workstation.files.mount('/root/.kube', {
      config:
        'apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://192.168.0.10:6443"}}]\nusers: [{name: u, user: {token: t}}]\n',
    });
    cluster.break({ fault: 'component-stopped', target: 'apiserver' }, false);
    const refused = 'The connection to the server 192.168.0.10:6443 was refused - did you specify the right host or port?\n';
    const told = workstation.run('kubectl get pods');
    const line =
      /^E0105 \S+ +\d+ memcache\.go:265\] "Unhandled Error" err="couldn't get current server API group list: Get \\"https:\/\/192\.168\.0\.10:6443\/api\?timeout=32s\\": dial tcp \S+: connect: connection refused"$/;
    const lines = told.err.split('\n');
    expect(lines.slice(0, 5).every((each) => line.test(each))).toBe(true);
    expect({ ...told, err: lines.slice(5).join('\n') }).toEqual({ code: 1, out: '', err: refused });
    const { code, out, err } = workstation.run('kubectl version');
    expect({ code, err }).toEqual({ code: 1, err: refused });
    expect(out).toMatch(/^Client Version: v1\.36/);
  });
});

describe('kubectl explain', () => {
  const texts = {
    Pod: { '': 'A pod.', metadata: '', spec: 'What is wanted.\n\nSecond paragraph.' },
    PodSpec: { '': 'A description of a pod.', restartPolicy: 'When to start again.\n\nPossible enum values:\n - `"Always"` at once' },
  };

  it('shows the words of fields and of their types, with the line breaks they have', () => {
    const workstation = TestWorkstation.of(openCluster({ nodes: 1, descriptions: () => texts }));
    expect(workstation.run('kubectl explain pod.spec').out).toMatch(
      /^KIND: {7}Pod\nVERSION: {4}v1\n\nFIELD: spec <PodSpec>\n\n\nDESCRIPTION:\n {4}What is wanted\.\n {4}\n {4}Second paragraph\.\n {4}A description of a pod\.\n {4}\nFIELDS:\n/,
    );
    expect(workstation.run('kubectl explain pod.spec').out).toContain(
      '  restartPolicy\t<string>\n  enum: Always, Never, OnFailure\n    When to start again.\n    \n    Possible enum values:\n     - `"Always"` at once\n',
    );
    // A field without words does not borrow those of its type.
    expect(workstation.run('kubectl explain pod').out).toContain('  metadata\t<ObjectMeta>\n    <no description>\n');
  });

  it('says plainly when the words are not there', () => {
    const { code, err } = TestWorkstation.onCluster().run('kubectl explain pod.spec.restartPolicy');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'Warning: the documentation of fields is not loaded: only their names and types are shown\n',
    });
  });
});
