import { beforeAll, describe, expect, it } from 'vitest';
import { TestWorkstation } from './test-workstation.ts';
import type { Outcome } from './test-workstation.ts';

// Expected texts are those that a real kubectl prints, but for creation timestamps, which v1.36 leaves out.

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: a, image: nginx, env: [{name: X, value: "1"}, {name: W, value: "2"}]}, {name: b, image: busybox}]}
`;

describe('--local', () => {
  let workstation: TestWorkstation;
  const run = (line: string): Outcome => workstation.run(line);

  beforeAll(() => {
    // No resource is known and no path answered: whoever asks the server is found out.
    workstation = TestWorkstation.before([], {});
    workstation.files.mount('/root', { 'web.yaml': WEB });
  });

  it('changes what a file holds and prints it as its Go type is written', () => {
    const { out } = run('kubectl set env -f web.yaml --local X=9 W- Z=3 -o yaml');
    expect(out).toContain('  strategy: {}\n');
    expect(out).toContain(
      '      - env:\n        - name: X\n          value: "9"\n        - name: Z\n          value: "3"\n        image: nginx\n        name: a\n        resources: {}\n',
    );
    expect(out).toMatch(/\nstatus: \{\}\n$/);
    expect(run('kubectl set image -f web.yaml --local a=nginx').out).toBe('');
    expect(run('kubectl set sa -f web.yaml --local builder -o jsonpath={.spec.template.spec.serviceAccountName}').out).toBe('builder');
  });

  it('patches as the server would, its order of merged lists too', () => {
    const names = (patch: string): string =>
      run(`kubectl patch -f web.yaml --local -p '${patch}' -o jsonpath='{.spec.template.spec.containers[*].name}'`).out;
    expect(names('{"spec":{"template":{"spec":{"containers":[{"name":"z","image":"q"}]}}}}')).toBe('z a b');
    expect(names('{"spec":{"template":{"spec":{"containers":[{"name":"b","image":"q"}]}}}}')).toBe('a b');
    expect(run(`kubectl patch -f web.yaml --local -p '{"metadata":{"name":"web"}}'`).out).toBe('deployment.apps/web patched (no change)\n');
  });

  it('labels, and says in each command’s words that names need a server', () => {
    expect(run('kubectl label -f web.yaml --local a=b').out).toBe('deployment.apps/web labeled\n');
    expect(run('kubectl annotate -f web.yaml --local a=b --list').out).toBe('a=b\n');
    expect(run('kubectl label deploy/web --local a=b').err).toBe(
      'error: can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set\n',
    );
    expect(run('kubectl set image deploy/web --local a=b').err).toMatch(
      /^error: you must specify resources by --filename when --local is set\./,
    );
    expect(run('kubectl patch -f web.yaml --local --dry-run=server -p {}').err).not.toBe('');
  });
});
