import { describe, expect, it } from 'vitest';
import { Registry } from '../../metrics/registry.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { UserInfo } from '../authn/user.ts';
import { requestInfo } from '../route.ts';
import type { ApiRequest } from '../types.ts';
import { Auditor } from './audit.ts';
import type { AuditEvent } from './event.ts';
import { evaluate, type Policy, type PolicyRule } from './policy.ts';
import { validatePolicy } from './validation.ts';

const policy = (...rules: PolicyRule[]): Policy => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules });
const jane: UserInfo = { name: 'jane', groups: ['devs', 'system:authenticated'] };

function level(rules: Policy, method: string, path: string, user = jane): string {
  return evaluate(rules, { ...requestInfo({ method, path }), user }).level;
}

describe('a policy', () => {
  it('lets the first rule that fits decide', () => {
    const rules = policy(
      { level: 'None', users: ['system:kube-proxy'], verbs: ['watch'] },
      { level: 'None', nonResourceURLs: ['/healthz*', '/version'] },
      { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'pods/*'] }] },
      { level: 'Request', resources: [{ resources: ['configmaps'], resourceNames: ['locks'] }], namespaces: ['kube-system'] },
      { level: 'RequestResponse', userGroups: ['devs'], resources: [{ group: 'apps' }] },
      { level: 'Metadata', namespaces: [''] },
    );
    expect(level(rules, 'GET', '/healthz/etcd')).toBe('None');
    expect(level(rules, 'GET', '/api/v1/namespaces/a/secrets/x')).toBe('Metadata');
    expect(level(rules, 'GET', '/api/v1/namespaces/a/pods/x/log')).toBe('Metadata');
    expect(level(rules, 'GET', '/api/v1/namespaces/a/pods/x')).toBe('Metadata');
    expect(level(rules, 'PUT', '/api/v1/namespaces/kube-system/configmaps/locks')).toBe('Request');
    expect(level(rules, 'PUT', '/api/v1/namespaces/default/configmaps/locks')).toBe('None');
    expect(level(rules, 'GET', '/apis/apps/v1/namespaces/a/deployments')).toBe('RequestResponse');
    expect(level(rules, 'GET', '/api/v1/nodes')).toBe('Metadata');
    expect(level(rules, 'GET', '/metrics')).toBe('None');
  });

  it('is refused with every fault and its place', () => {
    const faults = validatePolicy({
      apiVersion: 'audit.k8s.io/v1beta1',
      kind: 'Policy',
      omitStages: ['Begun'],
      rules: [
        { level: 'All' },
        { verbs: ['get'] },
        { level: 'None', nonResourceURLs: ['api', '/a*b'], resources: [{ resourceNames: ['x'] }], stage: 'Panic' },
      ],
    });
    expect(faults).toEqual([
      'apiVersion: Unsupported value: "audit.k8s.io/v1beta1": supported values: "audit.k8s.io/v1"',
      'omitStages[0]: Invalid value: "Begun": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
      'rules[1].level: Required value',
      'strict decoding error: unknown field "rules[2].stage"',
      'rules[2].nonResourceURLs: Invalid value: ["api","/a*b"]: rules cannot apply to both regular resources and non-resource URLs',
      'rules[2].nonResourceURLs[0]: Invalid value: "api": non-resource URL rules must begin with a \'/\' character',
      'rules[2].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards \'*\' must be the final character of the rule',
      'rules[2].resources[0].resourceNames: Invalid value: ["x"]: using resourceNames requires at least one resource',
    ]);
    expect(validatePolicy(policy({ level: 'Metadata' }))).toEqual([]);
  });
});

describe('an auditor', () => {
  const request: ApiRequest = {
    method: 'POST',
    path: '/api/v1/namespaces/shop/configmaps',
    query: { fieldManager: 'kubectl create' },
    headers: { 'user-agent': 'kubectl/v1.36.3' },
    body: JSON.stringify({ metadata: { name: 'prices', managedFields: [{}] }, data: { a: '1' } }),
  };

  function audited(rules: Policy, act: (auditor: Auditor) => void): AuditEvent[] {
    const sim = new Simulation({ seed: 1 });
    act(new Auditor({ sim, metrics: new Registry(), policy: rules }));
    sim.runUntilQuiet();
    return sim.log.entries.filter(({ verb }) => verb === 'audit').map(({ detail }) => detail as AuditEvent);
  }

  it('writes an event a stage, with as much as the level asks for', () => {
    const events = audited({ ...policy({ level: 'RequestResponse' }), omitManagedFields: true }, (auditor) => {
      const record = auditor.begin('id-1', request, requestInfo(request), jane);
      record?.annotate('authorization.k8s.io/decision', 'allow');
      record?.annotate('authorization.k8s.io/decision', 'forbid');
      record?.end({ code: 201, headers: {}, body: { kind: 'ConfigMap', metadata: { name: 'prices' } } });
    });
    expect(events.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete']);
    expect(events[0]).toMatchObject({ auditID: 'id-1', objectRef: { resource: 'configmaps', namespace: 'shop', apiVersion: 'v1' } });
    expect(events[0]?.requestObject).toBeUndefined();
    expect(events[1]).toMatchObject({
      level: 'RequestResponse',
      requestURI: '/api/v1/namespaces/shop/configmaps?fieldManager=kubectl%20create',
      verb: 'create',
      user: { username: 'jane', groups: ['devs', 'system:authenticated'] },
      userAgent: 'kubectl/v1.36.3',
      objectRef: { name: 'prices' },
      responseStatus: { metadata: {}, code: 201 },
      responseObject: { kind: 'ConfigMap' },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(events[1]?.requestObject).toEqual({ metadata: { name: 'prices' }, data: { a: '1' } });
  });

  it('keeps bodies to itself at level Metadata, leaves out stages, and says nothing at None', () => {
    const [event, ...more] = audited({ ...policy({ level: 'Metadata' }), omitStages: ['RequestReceived'] }, (auditor) => {
      auditor
        .begin('id', request, requestInfo(request), jane)
        ?.end({ code: 403, headers: {}, body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', code: 403 } });
    });
    expect(more).toEqual([]);
    expect(event).toMatchObject({ responseStatus: { status: 'Failure', reason: 'Forbidden', message: 'no', code: 403 } });
    expect(event).not.toHaveProperty('requestObject');
    expect(audited(policy({ level: 'None' }), (auditor) => auditor.begin('id', request, requestInfo(request), jane))).toEqual([]);
  });

  it('follows a watch to its end', () => {
    const stages = audited(policy({ level: 'Metadata' }), (auditor) => {
      const watch: ApiRequest = { method: 'GET', path: '/api/v1/pods', query: { watch: 'true' } };
      let end = (): void => {};
      const answer = auditor.begin('id', watch, requestInfo(watch), jane)?.end({
        code: 200,
        headers: {},
        stream: { kind: 'watch', subscribe: (sink) => ((end = () => sink.end()), () => {}) },
      });
      if (answer?.stream?.kind === 'watch') answer.stream.subscribe({ event: () => {}, end: () => {} });
      end();
    }).map(({ stage }) => stage);
    expect(stages).toEqual(['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
  });
});
