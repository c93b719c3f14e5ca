import { describe, expect, it } from 'vitest';
import { sha256 } from '../sha256.ts';
import { TestWorkstation } from '../test-workstation.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {x: "1"}}
  template:
    metadata: {labels: {x: "1"}}
    spec: {containers: [{name: c, image: "nginx:1.27", envFrom: [{configMapRef: {name: conf}}]}]}
`;

function build(files: Readonly<Record<string, string>>): { out: string; err: string; code: number | undefined } {
  const workstation = TestWorkstation.before([], {});
  workstation.files.mount('/root/k', files);
  return workstation.run('kubectl kustomize k');
}

describe('kubectl kustomize', () => {
  it('builds what the real one builds', () => {
    const kustomization = `namePrefix: dev-
commonAnnotations: {env: dev}
labels:
- pairs: {app: demo}
  includeSelectors: true
resources: [d.yaml]
images:
- {name: nginx, newTag: "1.28"}
configMapGenerator:
- name: conf
  literals: [a=1]
  options: {disableNameSuffixHash: true}
replicas:
- {name: web, count: 0}
`;
    expect(build({ 'kustomization.yaml': kustomization, 'd.yaml': DEPLOYMENT }).out).toBe(`apiVersion: v1
data:
  a: "1"
kind: ConfigMap
metadata:
  annotations:
    env: dev
  labels:
    app: demo
  name: dev-conf
---
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    env: dev
  labels:
    app: demo
  name: dev-web
spec:
  replicas: 0
  selector:
    matchLabels:
      app: demo
      x: "1"
  template:
    metadata:
      annotations:
        env: dev
      labels:
        app: demo
        x: "1"
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: dev-conf
        image: nginx:1.28
        name: c
`);
  });

  it('names generated content after itself, and references follow through an overlay', () => {
    const { out } = build({
      'base/kustomization.yaml': 'resources: [d.yaml]\nconfigMapGenerator:\n- name: conf\n  literals: [a=1]\n',
      'base/d.yaml': DEPLOYMENT,
      'kustomization.yaml': 'resources: [base]\nnameSuffix: -eu\nnamespace: shop\n',
    });
    const name = /name: (conf-eu-[a-z0-9]{10})\n/.exec(out)?.[1];
    expect(name).toBeDefined();
    expect(out.split(name as string)).toHaveLength(3);
    expect(out.match(/namespace: shop/g)).toHaveLength(2);
  });

  it('patches by strategic merge and by operations', () => {
    const { out } = build({
      'd.yaml': DEPLOYMENT,
      'p.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: null
  template: {spec: {containers: [{name: side, image: busybox}, {name: c, command: [run]}]}}
`,
      'kustomization.yaml': `resources: [d.yaml]
patches:
- path: p.yaml
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /metadata/labels, value: {team: red}}
`,
    });
    expect(out).not.toContain('replicas:');
    expect(out).toContain('  labels:\n    team: red\n');
    expect(out).toMatch(/- image: busybox\n +name: side\n +- command:\n +- run\n/);
  });

  it('refuses what it does not know or cannot do', () => {
    expect(build({ 'kustomization.yaml': 'resourses: [a]\n' }).err).toBe('error: invalid Kustomization: json: unknown field "resourses"\n');
    expect(build({ 'kustomization.yaml': 'components: [a]\n' }).err).toBe(
      'error: components in a kustomization is not modelled by this kubectl\n',
    );
    expect(build({ 'x.yaml': DEPLOYMENT })).toEqual({
      code: 1,
      out: '',
      err: "error: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/root/k'\n",
    });
  });
});

describe('sha256', () => {
  it('agrees with the published digests', () => {
    const of = (text: string): string => sha256(new TextEncoder().encode(text));
    expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(of('a'.repeat(120))).toBe('2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c');
  });
});
