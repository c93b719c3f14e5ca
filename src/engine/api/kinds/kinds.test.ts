import { describe, expect, it } from 'vitest';
import type { Kind } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { Findings } from '../validation.ts';
import { KINDS } from './index.ts';

const CONTEXT = { now: Date.UTC(2026, 0, 5), user: { name: 'alice', groups: [] } };
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
  expect(new Set(KINDS.map(({ group, version, resource }) => `${resource}.${version}.${group}`)).size).toBe(KINDS.length);
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

describe('jobs', () => {
  const jobOf = (spec: object): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'pi', namespace: 'd', uid: 'u-1' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } }, ...spec },
  });

  it('find their pods by a selector that the server makes', () => {
    const { object, findings } = create('Job', jobOf({}));
    expect(findings).toEqual([]);
    const labels = {
      'batch.kubernetes.io/controller-uid': 'u-1',
      'batch.kubernetes.io/job-name': 'pi',
      'controller-uid': 'u-1',
      'job-name': 'pi',
    };
    expect(object).toMatchObject({
      metadata: { labels },
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } },
        template: { metadata: { labels } },
      },
    });
  });

  it('are refused what only indexed jobs have', () => {
    expect(create('Job', jobOf({ backoffLimitPerIndex: 1 })).findings).toEqual([
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    ]);
  });
});

it('reads schedules as cron does', () => {
  const findingsOf = (schedule: string): string[] =>
    create('CronJob', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c', namespace: 'd' },
      spec: { schedule, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } } },
    }).findings;
  for (const schedule of ['*/5 * * * *', '@hourly', '@every 1h30m', '0 9-17 * jan-mar mon,fri']) expect(findingsOf(schedule)).toEqual([]);
  expect(findingsOf('* * * *')).toEqual(['spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]']);
  expect(findingsOf('61 * * * *')).toEqual(['spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61']);
});

it('fills in the default limits of containers', () => {
  const { object } = create('LimitRange', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'l', namespace: 'd' },
    spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '100m' } }] },
  });
  expect(object).toMatchObject({ spec: { limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2' } }] } });
});

it('writes null where Go has no omitempty', () => {
  const { object } = create('Role', { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r', namespace: 'd' } });
  expect(object).toHaveProperty('rules', null);
});

it('shows how a change of a volume differs', () => {
  const volume = (path: string): object => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path } },
  });
  const { object } = create('PersistentVolume', volume('/a'));
  object.metadata.resourceVersion = '1';
  const [refusal = ''] = update('PersistentVolume', volume('/b'), object);
  expect(refusal).toContain('spec.persistentvolumesource is immutable after creation');
  expect(refusal).toContain('\n-  "Path": "/a",\n+  "Path": "/b",\n');
});
