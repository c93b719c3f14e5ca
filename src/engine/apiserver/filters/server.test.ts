import { expect, it } from 'vitest';
import type { FlowSchema } from '../../api/generated/types.ts';
import { KINDS } from '../../api/kinds/index.ts';
import { Store } from '../../etcd/store.ts';
import { run, suspend } from '../../os/task.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Policy } from '../audit/policy.ts';
import { storeBootstrapObjects } from '../bootstrap-objects.ts';
import { ApiServer, type ApiServerOptions } from '../server.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';

const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';

function world(
  auditPolicy?: Policy,
  more: Partial<ApiServerOptions> = {},
): { sim: Simulation; server: ApiServer; ask: (request: ApiRequest) => ApiResponse } {
  const sim = new Simulation({ seed: 1 });
  const store = new Store(sim);
  const server = new ApiServer({
    sim,
    store,
    kinds: KINDS,
    kubelets: () => undefined,
    ...more,
    ...(auditPolicy === undefined ? {} : { auditPolicy }),
  });
  storeBootstrapObjects(sim, store);
  const credentials = { kind: 'certificate', user: 'admin', groups: ['system:masters'] } as const;
  return { sim, server, ask: (request) => server.answer({ credentials, ...request }) };
}

it('says in a FlowSchema whether its level exists, and no more than that in a fresh cluster', () => {
  const { sim, ask } = world();
  sim.runUntilQuiet();
  expect(sim.log.entries.filter(({ verb }) => verb === 'request')).toEqual([]);
  ask({ method: 'POST', path: FLOWS, body: { metadata: { name: 'a' }, spec: { priorityLevelConfiguration: { name: 'later' } } } });
  const dangling = (): object | undefined => {
    sim.runUntilQuiet();
    return (ask({ method: 'GET', path: `${FLOWS}/a` }).body as FlowSchema).status?.conditions?.[0];
  };
  expect(dangling()).toMatchObject({
    type: 'Dangling',
    status: 'True',
    reason: 'NotFound',
    message: 'This FlowSchema references the PriorityLevelConfiguration object named "later" but there is no such object',
  });
  const table = ask({ method: 'GET', path: `${FLOWS}/a`, headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }).body;
  expect((table as { rows: { cells: unknown[] }[] }).rows[0]?.cells.at(-1)).toBe('True');
  const limited = { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } };
  ask({ method: 'POST', path: LEVELS, body: { metadata: { name: 'later' }, spec: { type: 'Limited', limited } } });
  expect(dangling()).toMatchObject({ status: 'False', reason: 'Found' });
  const shown = ask({ method: 'GET', path: `${FLOWS}/a`, headers: { accept: 'application/json' } }).body as FlowSchema;
  expect(shown.metadata.managedFields?.map(({ manager, operation, subresource }) => [manager, operation, subresource])).toContainEqual([
    'api-priority-and-fairness-config-consumer-v1',
    'Apply',
    'status',
  ]);
});

it('writes schema and level into the log, and audits what comes without a good credential', () => {
  const { sim, ask } = world({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] });
  const answer = ask({ method: 'GET', path: '/api/v1/pods', headers: { accept: 'application/json', 'impersonate-user': 'jane' } });
  expect(answer).toMatchObject({ code: 403, headers: { 'x-kubernetes-pf-flowschema-uid': expect.stringMatching(/-/) as unknown } });
  expect(ask({ method: 'GET', path: '/api/v1/pods', credentials: { kind: 'token', token: 'forged' } }).code).toBe(401);
  const [forbidden] = sim.log.entries.filter(({ verb }) => verb === 'request');
  expect(forbidden?.detail).toMatchObject({ code: 403, flowSchema: 'global-default', priorityLevel: 'global-default' });
  const events = sim.log.entries
    .filter(({ verb }) => verb === 'audit')
    .map((entry) => ({ ...(entry.detail as AuditEvent), cause: entry.cause }));
  expect(events.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete', 'ResponseStarted']);
  expect(events[1]).toMatchObject({
    cause: forbidden?.seq,
    auditID: answer.headers['audit-id'],
    user: { username: 'admin' },
    impersonatedUser: { username: 'jane' },
    responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  });
  expect(events[2]).toMatchObject({ user: { username: '' }, responseStatus: { code: 401, reason: 'Unauthorized' } });
});

it('starts to count anew with the process', () => {
  const { server, ask } = world();
  ask({ method: 'GET', path: '/api/v1/pods' });
  expect(String(ask({ method: 'GET', path: '/metrics' }).body)).toContain(
    'resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 1\n',
  );
  server.stop();
  server.start();
  expect(String(ask({ method: 'GET', path: '/metrics' }).body)).not.toContain('verb="LIST"');
  expect(String(ask({ method: 'GET', path: '/metrics/slis' }).body)).toBe('');
  ask({ method: 'GET', path: '/readyz' });
  expect(String(ask({ method: 'GET', path: '/metrics/slis' }).body)).toContain(
    'kubernetes_healthchecks_total{name="ping",status="success",type="readyz"} 1\n',
  );
});

it('holds seats while a webhook is asked, and turns away those for whom none is left', () => {
  let calls = 0;
  const { sim, server, ask } = world(undefined, {
    authorizer: {
      authorize: () => ({ allowed: true, reason: '' }),
      rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
    },
    outbound: function* ({ body = '' }) {
      calls++;
      yield* suspend<void>((resume) => {
        const timer = sim.after(3000, () => resume());
        return () => timer.cancel();
      });
      const { apiVersion, kind, request } = JSON.parse(body) as { apiVersion: string; kind: string; request: { uid: string } };
      return { status: 200, headers: {}, body: JSON.stringify({ apiVersion, kind, response: { uid: request.uid, allowed: true } }) };
    },
  });
  const limited = { nominalConcurrencyShares: 1, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } };
  ask({ method: 'POST', path: LEVELS, body: { metadata: { name: 'narrow' }, spec: { type: 'Limited', limited } } });
  const rules = [
    {
      subjects: [{ kind: 'User', user: { name: 'jane' } }],
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
    },
  ];
  const spec = { matchingPrecedence: 2, priorityLevelConfiguration: { name: 'narrow' }, rules };
  ask({ method: 'POST', path: FLOWS, body: { metadata: { name: 'narrow' }, spec } });
  const hook = {
    name: 'slow.example.com',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { url: 'https://slow.example.com/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['namespaces'] }],
  };
  ask({
    method: 'POST',
    path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    body: { metadata: { name: 'slow' }, webhooks: [hook] },
  });
  const answers: { name: string; code: number; at: number }[] = [];
  const begun = sim.now;
  for (let i = 0; i < 5; i++) {
    const credentials = { kind: 'certificate', user: 'jane', groups: [] } as const;
    const task = server.handle({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: `n${i}` } }, credentials });
    run(task, ({ code }) => answers.push({ name: `n${i}`, code, at: sim.now - begun }), (error) => { throw error; }); // prettier-ignore
  }
  // ceil(600 * 1 / 246) seats.
  expect(answers.map(({ code }) => code)).toEqual([429, 429]);
  const scrape = (): string => String(ask({ method: 'GET', path: '/metrics' }).body);
  expect(scrape()).toContain('apiserver_flowcontrol_current_executing_seats{flow_schema="narrow",priority_level="narrow"} 3\n');
  sim.runUntilQuiet();
  expect(answers.slice(2).map(({ code, at }) => [code, at])).toEqual([[201, 3000], [201, 3000], [201, 3000]]); // prettier-ignore
  expect(calls).toBe(3);
  const text = scrape();
  for (const line of [
    'apiserver_flowcontrol_current_executing_seats{flow_schema="narrow",priority_level="narrow"} 0',
    'apiserver_flowcontrol_rejected_requests_total{flow_schema="narrow",priority_level="narrow",reason="concurrency-limit"} 2',
    'apiserver_admission_webhook_request_total{code="200",name="slow.example.com",operation="CREATE",rejected="false",type="validate"} 3',
    'apiserver_admission_webhook_admission_duration_seconds_sum{name="slow.example.com",operation="CREATE",rejected="false",type="validate"} 9',
    'apiserver_admission_step_admission_duration_seconds_sum{operation="CREATE",rejected="false",type="validate"} 9',
  ])
    expect([line, text.includes(`${line}\n`)]).toEqual([line, true]);
  // What webhooks take is no fault of the server.
  expect(text).toMatch(/^apiserver_request_sli_duration_seconds_sum\{.*resource="namespaces".*verb="POST".*\} 0$/m);
  expect(text).toMatch(/^apiserver_request_duration_seconds_sum\{.*resource="namespaces".*verb="POST".*\} 9$/m);
});
