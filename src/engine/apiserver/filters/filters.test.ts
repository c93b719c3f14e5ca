import { describe, expect, it } from 'vitest';
import { KINDS } from '../../api/kinds/index.ts';
import { Store } from '../../etcd/store.ts';
import { finish } from '../../os/finish.ts';
import { run } from '../../os/task.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { Policy } from '../audit/policy.ts';
import type { UserInfo } from '../authn/user.ts';
import { storeBootstrapObjects } from '../bootstrap-objects.ts';
import { requestInfo } from '../route.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';
import { Filters } from './filters.ts';

const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };

function world(auditPolicy?: Policy): { sim: Simulation; store: Store; filters: Filters } {
  const sim = new Simulation({ seed: 1 });
  const store = new Store(sim);
  storeBootstrapObjects(sim, store);
  const filters = new Filters({
    sim,
    store,
    kinds: () => KINDS,
    openWatches: () => [],
    ...(auditPolicy === undefined ? {} : { auditPolicy }),
  });
  filters.start();
  return { sim, store, filters };
}

function pass(filters: Filters, request: ApiRequest, user: UserInfo, code = 200): ApiResponse {
  const passage = filters.begin(request, requestInfo(request), user);
  const wait = passage.seat(user, undefined);
  const refusal = wait === undefined ? undefined : finish(filters.sim, wait);
  if (refusal === undefined) passage.decided(user, { allowed: code !== 403, reason: 'RBAC: allowed by a rule' });
  return passage.end(refusal ?? { code, headers: {}, body: 'ok' });
}

describe('the filters', () => {
  it('count what reaches the handler, with the labels of a real server', () => {
    const { filters } = world();
    pass(filters, { method: 'POST', path: '/apis/apps/v1/namespaces/shop/deployments' }, admin, 201);
    pass(filters, { method: 'GET', path: '/api/v1/namespaces/shop/pods' }, admin);
    pass(filters, { method: 'GET', path: '/api/v1/namespaces/shop/pods' }, admin);
    pass(filters, { method: 'GET', path: '/api/v1/nodes/n' }, jane, 403);
    pass(filters, { method: 'GET', path: '/livez' }, jane);
    pass(filters, { method: 'GET', path: '/version' }, jane);
    const apply = {
      method: 'PATCH',
      path: '/api/v1/namespaces/shop/configmaps/a',
      headers: { 'content-type': 'application/apply-patch+yaml' },
    };
    pass(filters, { ...apply, query: { dryRun: 'All' } }, admin);
    expect(lines(filters, 'apiserver_request_total{')).toEqual([
      '{code="200",component="",dry_run="",group="",resource="",scope="",subresource="/livez",verb="GET",version=""} 1',
      '{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 2',
      '{code="200",component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="APPLY",version="v1"} 1',
      '{code="201",component="apiserver",dry_run="",group="apps",resource="deployments",scope="resource",subresource="",verb="POST",version="v1"} 1',
    ]);
    expect(lines(filters, 'authorization_attempts_total{')).toEqual(['{result="allowed"} 6', '{result="no-opinion"} 1']);
    expect(lines(filters, 'apiserver_flowcontrol_dispatched_requests_total{flow_schema="probes"')).toHaveLength(1);
  });

  it('answer on the wire with the classification and an audit ID, the caller’s own where there is one', () => {
    const { filters, store } = world();
    const uid = (kind: string, name: string): string | undefined =>
      (store.get(`/registry/${kind}/${name}`)?.value as { metadata: { uid: string } } | undefined)?.metadata.uid;
    const answer = pass(
      filters,
      { method: 'GET', path: '/api/v1/pods', headers: { accept: 'application/json', 'audit-id': 'mine' } },
      jane,
    );
    expect(answer.headers).toEqual({
      'audit-id': 'mine',
      'x-kubernetes-pf-flowschema-uid': uid('flowschemas', 'global-default'),
      'x-kubernetes-pf-prioritylevel-uid': uid('prioritylevelconfigurations', 'global-default'),
    });
    expect(pass(filters, { method: 'GET', path: '/api/v1/pods' }, jane).headers).toEqual({});
    const drawn = pass(filters, { method: 'GET', path: '/api', headers: { accept: '*/*' } }, jane).headers['audit-id'];
    expect(drawn).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('hold a seat for as long as the answer takes, and count requests under way', () => {
    const { sim, filters } = world();
    const request = { method: 'POST', path: '/api/v1/namespaces/shop/pods' };
    const passage = filters.begin(request, requestInfo(request), jane);
    expect(passage.seat(jane, undefined)).toBeUndefined();
    expect(lines(filters, 'apiserver_current_inflight_requests{')).toEqual(['{request_kind="mutating"} 1', '{request_kind="readOnly"} 0']);
    passage.decided(jane, { allowed: true, reason: '' });
    sim.runFor(1500);
    passage.end({ code: 201, headers: {} });
    expect(lines(filters, 'apiserver_current_inflight_requests{')[0]).toBe('{request_kind="mutating"} 0');
    expect(lines(filters, 'apiserver_request_duration_seconds_sum')[0]).toMatch(/ 1\.5$/);
  });

  it('turn away what finds neither seat nor queue', () => {
    const { sim, filters } = world();
    const request = { method: 'GET', path: '/api/v1/namespaces/x/pods' };
    const held = [];
    let refusal: ApiResponse | undefined;
    // The 49 seats of global-default, what it borrows, and its queues of 50: six for one user.
    for (let i = 0; i < 2000 && refusal === undefined; i++) {
      const passage = filters.begin(request, requestInfo(request), jane);
      held.push(passage);
      const wait = passage.seat(jane, undefined);
      if (wait !== undefined) run(wait, (answer) => (refusal ??= answer), () => {}); // prettier-ignore
    }
    expect(refusal).toMatchObject({ code: 429, headers: { 'retry-after': '1' } });
    expect(lines(filters, 'apiserver_request_terminations_total{')).toEqual([
      '{code="429",component="apiserver",group="",resource="pods",scope="namespace",subresource="",verb="LIST",version="v1"} 1',
    ]);
    for (const passage of held) passage.release();
    sim.runUntilQuiet();
    expect(filters.flow.levels.every(({ idle }) => idle)).toBe(true);
  });

  it('show what is stored', () => {
    const { filters } = world();
    expect(lines(filters, 'apiserver_resource_objects{group="flowcontrol.apiserver.k8s.io"')).toEqual([
      ',resource="flowschemas"} 11',
      ',resource="prioritylevelconfigurations"} 8',
    ]);
    expect(lines(filters, 'apiserver_storage_objects{resource="flowschemas.')).toEqual(['flowcontrol.apiserver.k8s.io"} 11']);
  });
});

function lines(filters: Filters, prefix: string): string[] {
  const family = prefix.replace(/\{.*/, '');
  const cut = prefix.endsWith('{') ? family.length : prefix.length;
  return filters.metrics
    .text()
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(cut));
}
