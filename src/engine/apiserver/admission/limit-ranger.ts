import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, ResourceRequirements } from '../../api/generated/types.ts';
import { containerTotals } from '../../api/pod/totals.ts';
import { canonicalQuantity, compareQuantities, parseQuantity, quantityMilli, quantityValue } from '../../api/quantity.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

type Amounts = Readonly<Record<string, string>>;

/** What a namespace's LimitRanges give to containers that ask for nothing, and refuse to those that ask for too much. */
export function limitRanger(rangesOf: (namespace: string) => readonly LimitRange[]): AdmissionPlugin {
  const concerns = ({ verb, kind, subresource }: Operation): boolean => {
    if (kind.group !== '' || subresource !== '') return false;
    return kind.resource === 'pods' ? verb === 'create' : kind.resource === 'persistentvolumeclaims' && verb !== 'delete';
  };
  return {
    name: 'LimitRanger',
    admit(operation: Operation): void {
      if (!concerns(operation) || operation.kind.resource !== 'pods') return;
      for (const range of rangesOf(operation.namespace)) setDefaults(range, operation.object as Pod);
    },
    validate(operation: Operation): void {
      if (!concerns(operation)) return;
      for (const range of rangesOf(operation.namespace)) {
        const problems = (range.spec?.limits ?? []).flatMap((item) => check(item, operation));
        if (problems.length > 0) throw refuse(operation, problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`);
      }
    },
  };
}

function setDefaults({ spec }: LimitRange, pod: Pod): void {
  const limits: Record<string, string> = {};
  const requests: Record<string, string> = {};
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    Object.assign(limits, item.default);
    Object.assign(requests, item.defaultRequest);
  }
  const notes: string[] = [];
  const merge = (container: Container, what: string): void => {
    const set = (field: 'requests' | 'limits', defaults: Amounts): void => {
      const own = container.resources?.[field] ?? {};
      const missing = Object.keys(defaults)
        .filter((name) => own[name] === undefined)
        .sort();
      if (missing.length === 0) return;
      const merged: Record<string, string> = { ...own };
      for (const name of missing) merged[name] = defaults[name] as string;
      container.resources = { ...container.resources, [field]: merged };
      notes.push(`${missing.join(', ')} ${field.slice(0, -1)} for ${what} ${container.name}`);
    };
    set('requests', requests);
    set('limits', limits);
  };
  for (const container of pod.spec?.containers ?? []) merge(container, 'container');
  for (const container of pod.spec?.initContainers ?? []) merge(container, 'init container');
  if (notes.length > 0)
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

function check(item: LimitRangeItem, operation: Operation): string[] {
  if (operation.kind.resource === 'persistentvolumeclaims') {
    if (item.type !== 'PersistentVolumeClaim') return [];
    const requests = (operation.object as PersistentVolumeClaim).spec?.resources?.requests ?? {};
    return [
      ...sorted(item.min).flatMap(([name, bound]) => minimum(item.type, name, bound, requests, {})),
      ...sorted(item.max).flatMap(([name, bound]) => maximum(item.type, name, bound, requests, {}, true)),
    ];
  }
  const { spec } = operation.object as Pod;
  if (spec === undefined) return [];
  const bounds = ({ requests = {}, limits = {} }: ResourceRequirements): string[] => [
    ...sorted(item.min).flatMap(([name, bound]) => minimum(item.type, name, bound, requests, limits)),
    ...sorted(item.max).flatMap(([name, bound]) => maximum(item.type, name, bound, requests, limits, false)),
    ...sorted(item.maxLimitRequestRatio).flatMap(([name, bound]) => ratio(item.type, name, bound, requests, limits)),
  ];
  if (item.type === 'Container')
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) => bounds(resources ?? {}));
  if (item.type !== 'Pod') return [];
  const inits = spec.initContainers ?? [];
  return bounds({
    requests: containerTotals(spec.containers, inits, 'requests'),
    limits: containerTotals(spec.containers, inits, 'limits'),
  });
}

const sorted = (amounts: Amounts | undefined): [string, string][] => Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
const show = canonicalQuantity;

function minimum(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string[] {
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined) return [`minimum ${name} usage per ${type} is ${show(bound)}.  No request is specified`];
  if (compareQuantities(request, bound) < 0)
    return [`minimum ${name} usage per ${type} is ${show(bound)}, but request is ${show(request)}`];
  if (limit !== undefined && compareQuantities(limit, bound) < 0)
    return [`minimum ${name} usage per ${type} is ${show(bound)}, but limit is ${show(limit)}`];
  return [];
}

function maximum(type: string, name: string, bound: string, requests: Amounts, limits: Amounts, byRequest: boolean): string[] {
  const request = requests[name];
  const limit = limits[name];
  if (byRequest) {
    if (request === undefined) return [`maximum ${name} usage per ${type} is ${show(bound)}.  No request is specified`];
    return compareQuantities(request, bound) > 0
      ? [`maximum ${name} usage per ${type} is ${show(bound)}, but request is ${show(request)}`]
      : [];
  }
  if (limit === undefined) return [`maximum ${name} usage per ${type} is ${show(bound)}.  No limit is specified`];
  if (compareQuantities(limit, bound) > 0) return [`maximum ${name} usage per ${type} is ${show(bound)}, but limit is ${show(limit)}`];
  if (request !== undefined && compareQuantities(request, bound) > 0)
    return [`maximum ${name} usage per ${type} is ${show(bound)}, but request is ${show(request)}`];
  return [];
}

function ratio(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string[] {
  const what = `${name} max limit to request ratio per ${type} is ${show(bound)}`;
  const nothing = (amount: string | undefined): boolean => (parseQuantity(amount ?? '0')?.nanos ?? 0n) === 0n;
  if (nothing(requests[name])) return [`${what}, but no request is specified or request is 0`];
  if (nothing(limits[name])) return [`${what}, but no limit is specified or limit is 0`];
  const request = requests[name] as string;
  const limit = limits[name] as string;
  const small = [request, limit, bound].every((text) => quantityValue(text) <= 9_007_199_254_740);
  const actual = small ? quantityMilli(limit) / quantityMilli(request) : quantityValue(limit) / quantityValue(request);
  const allowed = small ? quantityMilli(bound) / 1000 : quantityValue(bound);
  return actual > allowed ? [`${what}, but provided ratio is ${actual.toFixed(6)}`] : [];
}
