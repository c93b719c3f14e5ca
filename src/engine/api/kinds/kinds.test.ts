import { describe, expect, it } from 'vitest';
import type { Kind } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { Findings } from '../validation.ts';
import { KINDS } from './index.ts';

const CONTEXT = { now: Date.UTC(2026, 0, 5), user: 'alice' };
const kindOf = (name: string): Kind => KINDS.find(({ kind }) => kind === name) as Kind;
const draftOf = (value: object): ApiObject => structuredClone(value) as ApiObject;

/** What the API server does to a new object, without the server. */
function create(name: string, value: object): { object: ApiObject; findings: string[] } {
  const kind = kindOf(name);
  const object = draftOf(value);
  kind.defaults?.(object);
  kind.strategy.prepareForCreate?.(object, CONTEXT);
  const findings = new Findings();
  kind.strategy.validate?.(object, findings);
  return { object, findings: findings.list.map(({ field, body }) => `${field}: ${body}`) };
}

function update(name: string, value: object, old: ApiObject): string[] {
  const kind = kindOf(name);
  const object = draftOf(value);
  kind.defaults?.(object);
  kind.strategy.prepareForUpdate?.(object, old, CONTEXT);
  const findings = new Findings();
  kind.strategy.validate?.(object, findings);
  kind.strategy.validateUpdate?.(object, old, findings);
  return findings.list.map(({ field, body }) => `${field}: ${body}`);
}

const container = { name: 'web', image: 'nginx:1.27', resources: { limits: { cpu: '1000m' } } };
const podOf = (spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd' },
  spec: { containers: [container], ...spec },
});
const deploymentOf = (spec: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'd' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    ...spec,
  },
});

it('has every kind once, with a column called Name', () => {
  expect(KINDS).toHaveLength(14);
  expect(new Set(KINDS.map(({ group, resource }) => `${resource}.${group}`)).size).toBe(14);
  for (const { columns } of KINDS) expect(columns.some(({ name }) => name === 'Name')).toBe(true);
});

describe('pods', () => {
  it('get their defaults, canonical quantities and a class', () => {
    const { object, findings } = create('Pod', podOf({ hostNetwork: false, nodeSelector: {} }));
    expect(findings).toEqual([]);
    expect(object).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        restartPolicy: 'Always',
        containers: [{ imagePullPolicy: 'IfNotPresent', resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }],
      },
      status: { phase: 'Pending', qosClass: 'Burstable' },
    });
    expect((object as unknown as { spec: object }).spec).not.toHaveProperty('hostNetwork');
    expect((object as unknown as { spec: object }).spec).not.toHaveProperty('nodeSelector');
  });

  it('are refused with all that is wrong', () => {
    const { findings } = create('Pod', podOf({ restartPolicy: 'Maybe', containers: [{ name: 'A.b', image: '' }] }));
    expect(findings).toEqual([
      expect.stringMatching(/^spec\.containers\[0\]\.name: Invalid value: "A\.b": a lowercase RFC 1123 label must/),
      'spec.containers[0].image: Required value',
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
    ]);
  });

  it('keep their spec but for images', () => {
    const { object } = create('Pod', podOf());
    object.metadata.resourceVersion = '1';
    expect(
      update(
        'Pod',
        { ...object, spec: { ...(object as unknown as { spec: object }).spec, containers: [{ ...container, image: 'nginx:2' }] } },
        object,
      ),
    ).toEqual([]);
    const [refusal = ''] = update('Pod', { ...object, spec: { ...(object as unknown as { spec: object }).spec, nodeName: 'n' } }, object);
    expect(refusal).toMatch(/^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/);
    expect(refusal).toContain('\n- "NodeName": "",\n+ "NodeName": "n",\n');
  });
});

describe('deployments', () => {
  it('count changes of their spec', () => {
    const { object } = create('Deployment', deploymentOf({}));
    object.metadata.resourceVersion = '1';
    const draft = draftOf(object) as ApiObject & { spec: { replicas: number } };
    draft.spec.replicas = 3;
    kindOf('Deployment').strategy.prepareForUpdate?.(draft, object, CONTEXT);
    expect(draft.metadata.generation).toBe(2);
  });

  it('do not change their selector', () => {
    const { object } = create('Deployment', deploymentOf({}));
    object.metadata.resourceVersion = '1';
    const other = deploymentOf({ selector: { matchLabels: { app: 'x' } } });
    expect(update('Deployment', other, object)).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
    ]);
  });
});

it('writes stringData over data', () => {
  const { object } = create('Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'd' },
    data: { a: 'b2xk' },
    stringData: { a: 'nü' },
  });
  expect(object).toMatchObject({ type: 'Opaque', data: { a: 'bsO8' } });
  expect(object).not.toHaveProperty('stringData');
});
