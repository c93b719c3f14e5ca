import { beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../../engine/cluster.ts';
import { containerPrograms } from '../../../shell/flavours.ts';
import { TestWorkstation } from '../test-workstation.ts';

// Expected texts are those that a real kubectl and a busybox print.

describe('kubectl debug', () => {
  let workstation: TestWorkstation;
  const out = (line: string): string => workstation.run(line).out;

  beforeAll(() => {
    workstation = TestWorkstation.of(openCluster({ nodes: 2, freeze: true, programs: containerPrograms }));
    out('kubectl run web --image=nginx:1.27 && kubectl wait pod web --for=condition=Ready');
  });

  it('puts a container beside the others and talks to it, among the processes of the one that is meant', () => {
    const said = out("echo 'ps; exit' | kubectl debug -i web --image=busybox:1.36 --target=web -c probe -- sh");
    expect(said).toMatch(/^Targeting container "web"\. If you don't see processes from this container it may be because/);
    expect(said).toMatch(/\n +1 root +0:00 .*nginx -g daemon off;\n/);
    expect(out("kubectl get pod web -o jsonpath='{.spec.ephemeralContainers[0].targetContainerName}'")).toBe('web');
  });

  it('copies a pod: with a container more, with other images, with another command', () => {
    out('kubectl debug web --copy-to=with --image=busybox:1.36 -c probe --share-processes -- sleep 3600; sleep 5');
    expect(out("kubectl get pod with -o jsonpath='{.spec.shareProcessNamespace} {.spec.containers[*].name}'")).toBe('true web probe');
    expect(out('kubectl exec with -c probe -- ps')).toContain('1 root      0:00 /pause');
    out('kubectl debug web --copy-to=newer --set-image=web=nginx:1.28; kubectl debug web --copy-to=idle --container=web -- sleep 1d');
    expect(out("kubectl get pod newer -o jsonpath='{.spec.containers[*].image}'")).toBe('nginx:1.28');
    expect(out("kubectl get pod idle -o jsonpath='{.spec.containers[0].command}'")).toBe('["sleep","1d"]');
  });

  it('opens a shell on a node, its files under /host', () => {
    const said = out("echo 'hostname; ls -d /host/etc' | kubectl debug -i node/worker-1 --image=busybox:1.36 -- sh");
    expect(said).toMatch(/^Creating debugging pod node-debugger-worker-1-\w{5} with container debugger on node worker-1\.\n/);
    expect(said).toContain('worker-1\n/host/etc\n');
  });

  it('lays a profile of one’s own over the debugging container', () => {
    workstation.files.mount('/root', { 'own.yaml': 'env: [{name: A, value: b}]\nsecurityContext: {capabilities: {add: [NET_ADMIN]}}\n' });
    out('kubectl debug web --image=busybox:1.36 --custom=own.yaml -c own -- env; sleep 5');
    expect(out('kubectl logs web -c own | grep ^A=')).toBe('A=b\n');
    expect(out(`kubectl get pod web -o jsonpath='{.spec.ephemeralContainers[?(@.name=="own")].securityContext}'`)).toBe(
      '{"capabilities":{"add":["NET_ADMIN"]}}',
    );
    workstation.files.mount('/root', { 'own.yaml': 'image: nginx\n' });
    expect(workstation.run('kubectl debug web --image=busybox:1.36 --custom=own.yaml').err).toBe(
      'error: name, command, image, lifecycle and volume devices are not modifiable via custom profile\n',
    );
  });
});
