import { beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../engine/cluster.ts';
import { decode } from '../../engine/os/text.ts';
import { containerPrograms } from '../../shell/flavours.ts';
import { TestWorkstation } from './test-workstation.ts';
import type { Outcome } from './test-workstation.ts';

// Expected texts are those that a real kubectl prints.

describe('kubectl and what is declared', () => {
  let workstation: TestWorkstation;
  const run = (line: string): Outcome => workstation.run(line);
  const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: p}}\ndata: {a: b}\n`;
  /** An editor: a script that changes the file it is given. */
  const editor = (script: string): void => workstation.files.mount('/root', { 'ed.sh': script });

  beforeAll(() => {
    workstation = TestWorkstation.onCluster();
  });

  it('prunes what was applied once and is no longer', () => {
    workstation.files.mount('/root', { 'both.yaml': `${map('pa')}---\n${map('pb')}`, 'one.yaml': map('pa') });
    run('kubectl apply -f both.yaml && kubectl create cm by-hand --from-literal=a=b && kubectl label cm by-hand app=p');
    expect(run('kubectl apply -f one.yaml --prune').err).toMatch(
      /^error: all resources selected for prune without explicitly passing --all\./,
    );
    expect(run('kubectl apply -f one.yaml --prune -l app=p --prune-allowlist=ConfigMap')).toEqual({
      code: 1,
      out: '',
      err: 'error: invalid GroupVersionKind format: ConfigMap, please follow <group/version/kind>\n',
    });
    expect(run('kubectl apply -f one.yaml --prune -l app=p --prune-allowlist=core/v1/ConfigMap').out).toBe(
      'configmap/pa unchanged\nconfigmap/pb pruned\n',
    );
    expect(run('kubectl get cm by-hand -o name').out).toBe('configmap/by-hand\n');
  });

  it('opens the editor again with what the server refused', () => {
    run('kubectl create deployment web --image=nginx:1.27');
    editor(
      'cp "$1" seen; if grep -q "replicas: 1" "$1"; then sed -i "s/replicas: 1/replicas: -1/" "$1"; else sed -i "s/replicas: -1/replicas: 3/" "$1"; fi\n',
    );
    const { code, out, err } = run('KUBE_EDITOR="sh ed.sh" kubectl edit deploy web');
    expect({ code, out, err }).toEqual({ code: 0, out: 'deployment.apps/web edited\n', err: 'error: deployments.apps "web" is invalid\n' });
    expect(decode(workstation.files.read('/root/seen'))).toContain(
      '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -1: must be greater than or equal to 0\n#\n',
    );
  });

  it('keeps what could not be saved', () => {
    editor('sed -i "s/name: pa/name: pz/" "$1"\n');
    const { code, err } = run('KUBE_EDITOR="sh ed.sh" kubectl edit cm pa');
    expect(code).toBe(1);
    const [, kept] =
      /^A copy of your changes has been stored to "([^"]+)"\nerror: At least one of apiVersion, kind and name was changed\n$/.exec(err) ??
      [];
    expect(decode(workstation.files.read(kept ?? '/'))).toContain('name: pz');
  });

  it('skips the objects of several that stayed as they were', () => {
    editor('sed -i "s/    a: b/    a: c/" "$1"\n');
    run('kubectl create cm other --from-literal=z=1');
    expect(run('KUBE_EDITOR="sh ed.sh" kubectl edit cm/pa cm/other').out).toBe('configmap/pa edited\nconfigmap/other skipped\n');
  });

  it('edits what was applied last', () => {
    editor('sed -i "s/a: b/a: q/" "$1"\n');
    expect(run('KUBE_EDITOR="sh ed.sh" kubectl apply edit-last-applied cm/pa').out).toBe('configmap/pa edited\n');
    expect(run('kubectl apply view-last-applied cm/pa').out).toContain('  a: q\n');
    expect(run('kubectl apply edit-last-applied cm/other').err).toMatch(/^error: no last-applied-configuration annotation found/);
  });

  it('adds subjects once', () => {
    run('kubectl create rolebinding rb --clusterrole=view --user=ann');
    expect(run('kubectl set subject rolebinding rb --user=ann').out).toBe('');
    expect(run('kubectl set subject rolebinding rb --user=bob --serviceaccount=default:sa').out).toBe(
      'rolebinding.rbac.authorization.k8s.io/rb subjects updated\n',
    );
    expect(run("kubectl get rolebinding rb -o jsonpath='{.subjects[*].name}'").out).toBe('ann bob sa');
    expect(run('kubectl set subject rolebinding rb --serviceaccount=sa').err).toBe('error: serviceaccount must be <namespace>:<name>\n');
  });

  it('reconciles rules by what they allow', () => {
    const role = (verbs: string): string =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: default}\nrules:\n- {apiGroups: [""], resources: [pods], verbs: [${verbs}]}\n`;
    workstation.files.mount('/root', { 'r1.yaml': role('get, list'), 'r2.yaml': role('list, watch') });
    expect(run('kubectl auth reconcile -f r1.yaml').err).toBe(
      '\treconciliation required create\n\tmissing rules added:\n\t\t{Verbs:[get list] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n',
    );
    expect(run('kubectl auth reconcile -f r1.yaml')).toEqual({ code: 0, out: 'role.rbac.authorization.k8s.io/r reconciled\n', err: '' });
    expect(run('kubectl auth reconcile -f r2.yaml').err).toBe(
      '\treconciliation required update\n\tmissing rules added:\n\t\t{Verbs:[watch] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n',
    );
    expect(run('kubectl auth reconcile -f r2.yaml --remove-extra-permissions').err).toContain('extra rules removed:\n\t\t{Verbs:[get]');
    expect(run("kubectl get role r -o jsonpath='{.rules[*].verbs}'").out).toBe('["list","watch"]');
  });
});

describe('kubectl asks, and makes tables by itself', () => {
  let workstation: TestWorkstation;
  const run = (line: string): Outcome => workstation.run(line);

  beforeAll(() => {
    workstation = TestWorkstation.onCluster();
    run('kubectl create cm first; kubectl create cm second');
  });

  it('deletes only after a yes', () => {
    const asked =
      'You are about to delete the following 2 resource(s):\nconfigmap/first\nconfigmap/second\nDo you want to continue? (y/n): ';
    expect(run('echo n | kubectl delete -i cm first second').out).toBe(`${asked}deletion is cancelled\n`);
    expect(run('echo y | kubectl delete -i cm first second').out).toBe(
      `${asked}configmap "first" deleted from default namespace\nconfigmap "second" deleted from default namespace\n`,
    );
  });

  it('knows names and ages where the server makes no table', () => {
    run('kubectl create deployment plain --image=nginx:1.27 --replicas=0');
    expect(run('kubectl get deploy --server-print=false').out).toMatch(/^NAME {4}AGE\nplain {3}\d+s\n$/);
  });

  it('copies into a container and back, through the tar of its image', () => {
    workstation = TestWorkstation.of(openCluster({ nodes: 1, freeze: true, programs: containerPrograms }));
    run('kubectl run box --image=busybox:1.36 -- sleep 100000; kubectl wait --for=condition=Ready pod/box; mkdir -p d/e; echo hi > d/e/f');
    expect(run('kubectl cp d box:/tmp/d && kubectl exec box -- cat /tmp/d/e/f')).toMatchObject({ code: 0, out: 'hi\n' });
    expect(run('kubectl cp box:/tmp/d back; cat back/e/f').out).toBe('hi\n');
  });
});
