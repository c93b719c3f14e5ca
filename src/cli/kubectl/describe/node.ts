import type { Task } from '../../../engine/os/task.ts';
import { LAST_APPLIED } from '../last-applied-annotation.ts';
import { humanDuration } from '../../../engine/api/printing/duration.ts';
import { rfc1123 } from '../gotext.ts';
import { formOf, parseQuantity, quantityText } from '../quantity.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addMap, Lines } from './lines.ts';

const ROLE = 'node-role.kubernetes.io/';

export function* describeNode(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const node = info.object;
  const [spec, status] = [object(node, 'spec'), object(node, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const labels = object(node, 'metadata', 'labels');
  add(`Name:\t${info.name}`);
  add(
    `Roles:\t${
      sortedKeys(labels)
        .filter((key) => key.startsWith(ROLE))
        .map((key) => key.slice(ROLE.length))
        .join(',') || '<none>'
    }`,
  );
  addMap(lines, 'Labels:', labels, '=');
  addMap(lines, 'Annotations:', object(node, 'metadata', 'annotations'), ': ', [LAST_APPLIED]);
  add(`CreationTimestamp:\t${rfc1123(text(node, 'metadata', 'creationTimestamp'))}`);
  const taints = list(spec, 'taints')
    .map((taint) => `${text(taint, 'key')}${text(taint, 'value') === '' ? '' : `=${text(taint, 'value')}`}:${text(taint, 'effect')}`)
    .sort();
  if (taints.length === 0) add('Taints:\t<none>');
  taints.forEach((taint, i) => add(`${i === 0 ? 'Taints:' : ''}\t${taint}`));
  add(`Unschedulable:\t${spec['unschedulable'] === true}`);
  yield* addLease(session, lines, info.name);
  if (list(status, 'conditions').length > 0) {
    add(
      'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n  ----\t------\t-----------------\t------------------\t------\t-------',
    );
    for (const each of list(status, 'conditions')) {
      const time = (field: string): string => (text(each, field) === '' ? '<unknown>' : rfc1123(text(each, field)));
      lines.add(
        1,
        `${text(each, 'type')} \t${text(each, 'status')} \t${time('lastHeartbeatTime')} \t${time('lastTransitionTime')} \t${text(each, 'reason')} \t${text(each, 'message')}`,
      );
    }
  }
  add('Addresses:');
  for (const address of list(status, 'addresses')) lines.add(1, `${text(address, 'type')}:\t${text(address, 'address')}`);
  for (const [title, field] of [
    ['Capacity', 'capacity'],
    ['Allocatable', 'allocatable'],
  ] as const) {
    const amounts = object(status, field);
    if (Object.keys(amounts).length === 0) continue;
    add(`${title}:`);
    for (const key of sortedKeys(amounts)) lines.add(1, `${key}:\t${text(amounts[key])}`);
  }
  add('System Info:');
  for (const [title, field] of SYSTEM) lines.add(1, `${title}:\t${text(status, 'nodeInfo', field)}`);
  if (text(spec, 'podCIDR') !== '') add(`PodCIDR:\t${text(spec, 'podCIDR')}`);
  if (list(spec, 'podCIDRs').length > 0) add(`PodCIDRs:\t${list(spec, 'podCIDRs').join(',')}`);
  if (text(spec, 'providerID') !== '') add(`ProviderID:\t${text(spec, 'providerID')}`);
  const found = yield* session.json('GET', '/api/v1/pods', {
    query: { fieldSelector: `spec.nodeName=${info.name},status.phase!=Failed,status.phase!=Succeeded` },
  });
  addPods(lines, list(found, 'items'), object(status, 'allocatable'), session.process.now());
  return lines;
}

const SYSTEM = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
  ['Kube-Proxy Version', 'kubeProxyVersion'],
] as const;

function* addLease(session: Session, lines: Lines, name: string): Task<void> {
  lines.add(0, 'Lease:');
  let lease: JsonObject;
  try {
    lease = yield* session.json('GET', `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`);
  } catch {
    lines.add(1, 'Failed to get lease: <unknown>');
    return;
  }
  lines.add(1, `HolderIdentity:\t${text(lease, 'spec', 'holderIdentity') || '<unset>'}`);
  const time = (field: string): string => (text(lease, 'spec', field) === '' ? '<unset>' : rfc1123(text(lease, 'spec', field)));
  lines.add(1, `AcquireTime:\t${time('acquireTime')}`);
  lines.add(1, `RenewTime:\t${time('renewTime')}`);
}

function addPods(lines: Lines, pods: readonly Json[], allocatable: JsonObject, now: number): void {
  const total: Record<string, { requests: number; limits: number }> = {};
  const share = (amount: number, resource: string): string => {
    const whole = parseQuantity(text(allocatable, resource)) ?? 0;
    return whole === 0 ? '0%' : `${Math.floor((amount / whole) * 100)}%`;
  };
  const said = (amount: number, resource: string): string =>
    `${quantityText(amount, resource === 'cpu' ? 'decimal' : formOf(BINARY.has(resource) ? 'Mi' : ''))} (${share(amount, resource)})`;
  lines.add(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  lines.add(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  lines.add(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  for (const pod of pods) {
    const own = amountsOf(pod);
    for (const [resource, amounts] of Object.entries(own)) {
      const sum = (total[resource] ??= { requests: 0, limits: 0 });
      sum.requests += amounts.requests;
      sum.limits += amounts.limits;
    }
    const cell = (resource: string, field: 'requests' | 'limits'): string => said(own[resource]?.[field] ?? 0, resource);
    const age = humanDuration(now - Date.parse(text(pod, 'metadata', 'creationTimestamp')));
    lines.add(
      1,
      `${text(pod, 'metadata', 'namespace')}\t${text(pod, 'metadata', 'name')}\t\t${cell('cpu', 'requests')}\t${cell('cpu', 'limits')}\t${cell('memory', 'requests')}\t${cell('memory', 'limits')}\t${age}`,
    );
  }
  lines.add(
    0,
    'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n  Resource\tRequests\tLimits\n  --------\t--------\t------',
  );
  const resources = ['cpu', 'memory', 'ephemeral-storage', ...sortedKeys(allocatable).filter((key) => /^hugepages-|\//.test(key))];
  for (const resource of resources) {
    if (resource !== 'ephemeral-storage' && !has(allocatable, resource)) continue;
    const sum = total[resource] ?? { requests: 0, limits: 0 };
    const plain = resource.includes('/');
    lines.add(1, `${resource}\t${plain ? sum.requests : said(sum.requests, resource)}\t${plain ? sum.limits : said(sum.limits, resource)}`);
  }
}

const BINARY = new Set(['memory', 'ephemeral-storage']);

/** What a pod asks for: the sum of its containers, or the largest init container where that is more. */
function amountsOf(pod: Json): Record<string, { requests: number; limits: number }> {
  const sum: Record<string, { requests: number; limits: number }> = {};
  const visit = (containers: readonly Json[], join: (old: number, now: number) => number): void => {
    for (const container of containers) {
      for (const field of ['requests', 'limits'] as const) {
        for (const [resource, amount] of Object.entries(object(container, 'resources', field))) {
          const entry = (sum[resource] ??= { requests: 0, limits: 0 });
          entry[field] = join(entry[field], parseQuantity(text(amount)) ?? 0);
        }
      }
    }
  };
  visit(list(pod, 'spec', 'containers'), (old, now) => old + now);
  visit(list(pod, 'spec', 'initContainers'), Math.max);
  return sum;
}
