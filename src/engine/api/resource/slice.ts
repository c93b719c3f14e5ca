import { checkName } from '../checks.ts';
import { asGiven } from '../emptied.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Counter, Device, DeviceAttribute, NodeSelectorTerm, ResourceSliceSpec } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName } from '../names.ts';
import { validateNodeSelector } from '../pod/validate-scheduling.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { validateCapacity } from './capacity.ts';
import { validateBinding, validatePoolName, validateQualified } from './names.ts';

const MAX_DEVICES = 128;
/** Where devices have taints, or take from counters. */
const MAX_ADVANCED_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const MAX_COUNTERS = 32;
const MAX_CONSUMPTIONS = 2;
const MAX_ATTRIBUTES = 32;
const MAX_TAINTS = 16;
const MAX_VALUE = 64;

export function validateSlice(spec: ResourceSliceSpec, old: ResourceSliceSpec | undefined, findings: Findings): void {
  const { driver = '', devices = [], sharedCounters = [] } = spec;
  validateDriverName(driver, 'spec.driver', findings);
  const { name = '', generation = 0, resourceSliceCount = 0 } = spec.pool ?? {};
  validatePoolName(name, 'spec.pool.name', findings);
  if (resourceSliceCount <= 0) findings.invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero');
  if (generation < 0) findings.invalid('spec.pool.generation', generation, 'must be greater than or equal to zero');
  if (old !== undefined) {
    const frozen = 'field is immutable';
    if (name !== old.pool.name) findings.invalid('spec.pool.name', name, frozen);
    if (driver !== old.driver) findings.invalid('spec.driver', driver, frozen);
    if (spec.nodeName !== old.nodeName) findings.invalid('spec.nodeName', spec.nodeName ?? null, frozen);
  }
  validatePlace(spec, findings);
  if (asGiven(spec, 'sharedCounters') !== undefined && asGiven(spec, 'devices') !== undefined)
    findings.invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed');
  const advanced = devices.some(({ taints = [], consumesCounters = [] }) => taints.length > 0 || consumesCounters.length > 0);
  unique(
    devices,
    advanced ? MAX_ADVANCED_DEVICES : MAX_DEVICES,
    ({ name: of }) => of ?? '',
    'spec.devices',
    findings,
    (device, at) =>
      validateDevice(
        device,
        old?.devices?.find((one) => one.name === device.name),
        at,
        spec.perDeviceNodeSelection === true,
        findings,
      ),
  );
  unique(
    sharedCounters,
    MAX_COUNTER_SETS,
    ({ name: of }) => of ?? '',
    'spec.sharedCounters',
    findings,
    ({ name: of, counters }, at) => validateCounters(of, counters, `${at}.name`, at, findings),
  );
}

/** The items of a list, each told by a key; a list that is too long is not looked at any further. */
function unique<T>(
  list: readonly T[],
  most: number,
  keyOf: (item: T) => string,
  path: string,
  findings: Findings,
  check: (item: T, at: string) => void,
): void {
  if (list.length > most) return findings.tooMany(path, list.length, most);
  for (const [index, item] of list.entries()) check(item, `${path}[${index}]`);
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    if (seen.has(key)) findings.duplicate(`${path}[${index}]`, key);
    seen.add(key);
  }
}

function validatePlace(spec: ResourceSliceSpec, findings: Findings): void {
  const set: string[] = [];
  if (spec.nodeName !== undefined) {
    if (spec.nodeName === '') findings.invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string');
    else {
      set.push('`nodeName`');
      checkName(spec.nodeName, 'spec.nodeName', isDNS1123Subdomain, findings);
    }
  }
  if (spec.nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    const terms = spec.nodeSelector.nodeSelectorTerms ?? [];
    validateNodeSelector(terms, 'spec.nodeSelector', findings);
    // Selectors of several slices can be joined only so.
    if (terms.length !== 1)
      findings.invalid('spec.nodeSelector.nodeSelectorTerms', terms.map(termInGo), 'must have exactly one node selector term');
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[field] === undefined) continue;
    if (spec[field]) set.push(`\`${field}\``);
    else findings.invalid(`spec.${field}`, false, 'must be either unset or set to true');
  }
  const all = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) findings.required('spec', all);
  else if (set.length > 1) findings.invalid('spec', `{${set.join(', ')}}`, `${all}, but multiple fields are set`);
}

function termInGo({ matchExpressions, matchFields }: NodeSelectorTerm): object {
  const shown = (list: NodeSelectorTerm['matchFields']): object[] | null =>
    list?.map(({ key, operator, values }) => ({ Key: key ?? '', Operator: operator ?? '', Values: values ?? null })) ?? null;
  return { MatchExpressions: shown(matchExpressions), MatchFields: shown(matchFields) };
}

function validateDevice(device: Device, old: Device | undefined, path: string, perDevice: boolean, findings: Findings): void {
  const { attributes = {}, capacity = {}, taints = [], consumesCounters = [] } = device;
  checkName(device.name ?? '', `${path}.name`, isDNS1123Label, findings);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > MAX_ATTRIBUTES)
    findings.invalid(path, count, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`);
  for (const [key, attribute] of sorted(attributes)) {
    validateQualified(key, `${path}.attributes`, findings);
    validateAttribute(attribute, `${path}.attributes[${key}]`, findings);
  }
  if (old === undefined || !semanticallyEqual(old.capacity, device.capacity))
    for (const [key, one] of sorted(capacity)) {
      validateQualified(key, `${path}.capacity`, findings);
      validateCapacity(one, device.allowMultipleAllocations === true, `${path}.capacity[${key}]`, findings);
    }
  if (old === undefined || !semanticallyEqual(old.taints, device.taints)) {
    if (taints.length > MAX_TAINTS) findings.tooMany(`${path}.taints`, taints.length, MAX_TAINTS);
    else
      for (const [index, { key = '', value = '', effect = '' }] of taints.entries()) {
        const at = `${path}.taints[${index}]`;
        checkName(key, `${at}.key`, isQualifiedName, findings);
        if (value !== '') checkName(value, `${at}.value`, isLabelValue, findings);
        if (effect === '') findings.required(`${at}.effect`);
        else if (!EFFECTS.includes(effect)) findings.notSupported(`${at}.effect`, effect, EFFECTS);
      }
  }
  unique(
    consumesCounters,
    MAX_CONSUMPTIONS,
    ({ counterSet }) => counterSet ?? '',
    `${path}.consumesCounters`,
    findings,
    ({ counterSet, counters }, at) => validateCounters(counterSet, counters, `${at}.counterSet`, at, findings),
  );
  validateDevicePlace(device, path, perDevice, findings);
  validateBinding(device, path, findings);
}

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

const sorted = <T>(map: Readonly<Record<string, T>>): [string, T][] => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function validateAttribute(attribute: DeviceAttribute, path: string, findings: Findings): void {
  const { bool, int, string, version } = attribute;
  if (string !== undefined && string.length > MAX_VALUE) findings.tooLong(`${path}.string`, MAX_VALUE);
  if (version !== undefined) {
    if (!VERSION.test(version)) findings.invalid(`${path}.version`, version, 'must be a string compatible with semver.org spec 2.0.0');
    if (version.length > MAX_VALUE) findings.tooLong(`${path}.version`, MAX_VALUE);
  }
  const given = [int, bool, string, version].filter((value) => value !== undefined).length;
  if (given === 1) return;
  const shown =
    given === 0 ? '' : { IntValue: int ?? null, BoolValue: bool ?? null, StringValue: string ?? null, VersionValue: version ?? null };
  findings.invalid(path, shown, 'exactly one value must be specified');
}

function validateCounters(
  name: string | undefined,
  counters: Readonly<Record<string, Counter>> | undefined,
  namePath: string,
  path: string,
  findings: Findings,
): void {
  if (!name) findings.required(namePath);
  else checkName(name, namePath, isDNS1123Label, findings);
  const keys = Object.keys(counters ?? {}).sort();
  if (keys.length === 0) findings.required(`${path}.counters`);
  else if (keys.length > MAX_COUNTERS) findings.tooMany(`${path}.counters`, keys.length, MAX_COUNTERS);
  else for (const key of keys) checkName(key, `${path}.counters`, isDNS1123Label, findings);
}

function validateDevicePlace({ nodeName, nodeSelector, allNodes }: Device, path: string, perDevice: boolean, findings: Findings): void {
  if (!perDevice) {
    if (nodeName !== undefined || nodeSelector !== undefined || allNodes !== undefined)
      findings.invalid(
        path,
        null,
        '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      );
    return;
  }
  const set: string[] = [];
  if (nodeName === '') findings.invalid(`${path}.nodeName`, '', 'must not be empty');
  else if (nodeName !== undefined) {
    set.push('`nodeName`');
    checkName(nodeName, `${path}.nodeName`, isDNS1123Subdomain, findings);
  }
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    validateNodeSelector(nodeSelector.nodeSelectorTerms ?? [], `${path}.nodeSelector`, findings);
  }
  if (allNodes === true) set.push('`allNodes`');
  else if (allNodes === false) findings.invalid(`${path}.allNodes`, false, 'must be either unset or set to true');
  const all =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (set.length === 0) findings.required(path, all);
  else if (set.length > 1) findings.invalid(path, `{${set.join(', ')}}`, all);
}
