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
    expect(build({ 'kustomization.yaml': 'vars: [a]\n' }).err).toBe('error: vars in a kustomization is not modelled by this kubectl\n');
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

  it('names what it generates after its content alone', () => {
    const generator = 'configMapGenerator: [{name: conf, literals: [host=example.com, port=80]}]\n';
    expect(build({ 'kustomization.yaml': generator }).out).toContain('  name: conf-ft7g6dg28k\n');
    expect(build({ 'kustomization.yaml': `namePrefix: dev-\n${generator}` }).out).toContain('  name: dev-conf-ft7g6dg28k\n');
  });

  it('lets a component work on what is there already', () => {
    const built = build({
      'kustomization.yaml': 'resources: [d.yaml]\ncomponents: [more]\n',
      'd.yaml': DEPLOYMENT,
      'more/kustomization.yaml':
        "kind: Component\nresources: [sa.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: '[{op: replace, path: /spec/replicas, value: 7}]'\n",
      'more/sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n',
    });
    expect(built.err).toBe('');
    expect(built.out).toContain('  replicas: 7\n');
    expect(built.out).toContain('kind: ServiceAccount\nmetadata:\n  name: extra\n');
    expect(build({ 'kustomization.yaml': 'components: [base]\n', 'base/kustomization.yaml': 'namePrefix: x\n' }).err).toMatch(
      /expected kind 'Component' for path '\/root\/k\/base' but got 'Kustomization'\n$/,
    );
  });

  it('replaces fields, and parts of them', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {a.b/c: q}}\nspec: {clusterIP: "http://x:1"}\n';
    const replacements = `resources: [d.yaml, s.yaml]
replacements:
- source: {kind: Service, fieldPath: "metadata.annotations.a\\\\.b/c"}
  targets:
  - {select: {kind: Deployment}, fieldPaths: ["spec.template.spec.containers.[name=c].envFrom.0.configMapRef.name"]}
- source: {kind: Deployment, fieldPath: spec.replicas}
  targets:
  - {select: {kind: Service}, fieldPaths: [spec.clusterIP], options: {delimiter: ":", index: 2}}
  - {select: {kind: Service}, fieldPaths: ["metadata.labels.[x.y/z]"], options: {create: true}}
`;
    const files = { 'd.yaml': DEPLOYMENT, 's.yaml': service };
    const { out, err } = build({ ...files, 'kustomization.yaml': replacements });
    expect(err).toBe('');
    expect(out).toContain('            name: q\n');
    expect(out).toContain('  clusterIP: http://x:3\n');
    expect(out).toContain('    x.y/z: 3\n');
    const missing =
      'resources: [d.yaml]\nreplacements: [{sourceValue: a, targets: [{select: {kind: Deployment}, fieldPaths: [spec.nope]}]}]\n';
    expect(build({ ...files, 'kustomization.yaml': missing }).err).toBe('error: unable to find field "spec.nope" in replacement target\n');
  });
});
