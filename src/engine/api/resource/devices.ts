import { checkName, oneOf } from '../checks.ts';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceToleration,
} from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName } from '../names.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { validateFullName } from './names.ts';
import { validateSelectors } from './selector.ts';

interface Amounts {
  allocationMode?: string;
  count?: number;
  deviceClassName?: string;
  selectors?: DeviceSelector[];
  tolerations?: DeviceToleration[];
}

export function setClaimDefaults(claim: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable = [] } of claim?.requests ?? []) {
    for (const one of [...(exactly === undefined ? [] : [exactly]), ...firstAvailable] as Amounts[]) {
      one.allocationMode ||= 'ExactCount';
      if (one.allocationMode === 'ExactCount' && !one.count) one.count = 1;
      for (const toleration of one.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  }
}

const MOST = 32;

/** Of a new claim: that asking for it needs a namespace that allows it is told before all else. */
export function validateAdminAccess(
  { requests }: DeviceClaim,
  path: string,
  findings: Findings,
  where: Readonly<Record<string, string>> | undefined,
): void {
  if (where?.['resource.kubernetes.io/admin-access'] === 'true') return;
  for (const [index, { exactly }] of (requests ?? []).entries())
    if (exactly?.adminAccess === true)
      findings.forbidden(
        `${path}.requests[${index}].adminAccess`,
        'admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
      );
}

export function validateDeviceClaim(claim: DeviceClaim, path: string, findings: Findings): void {
  // A list may be `null` where it was given so.
  const requests = claim.requests ?? [];
  const constraints = claim.constraints ?? [];
  const config = claim.config ?? [];
  const known = requestNames(claim);
  if (requests.length > MOST) findings.tooMany(`${path}.requests`, requests.length, MOST);
  else {
    for (const [index, request] of requests.entries()) validateRequest(request, `${path}.requests[${index}]`, findings);
    for (const [index, { name }] of requests.entries())
      if (requests.findIndex((one) => one.name === name) < index) findings.duplicate(`${path}.requests[${index}]`, name);
  }
  if (constraints.length > MOST) findings.tooMany(`${path}.constraints`, constraints.length, MOST);
  else
    for (const [index, constraint] of constraints.entries())
      validateConstraint(constraint, known, `${path}.constraints[${index}]`, findings);
  if (config.length > MOST) return findings.tooMany(`${path}.config`, config.length, MOST);
  for (const [index, one] of config.entries()) {
    const at = `${path}.config[${index}]`;
    namesIn(one.requests ?? [], known, `${at}.requests`, findings);
    validateConfiguration(one, at, findings);
  }
}

/** The names that constraints and configurations may use: those of requests, and of what is below them. */
export function requestNames({ requests }: DeviceClaim): ReadonlySet<string> {
  return new Set(
    (requests ?? []).flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name}`)]),
  );
}

function validateRequest({ name = '', exactly, firstAvailable = [] }: DeviceRequest, path: string, findings: Findings): void {
  checkName(name, `${path}.name`, isDNS1123Label, findings);
  const count = (exactly === undefined ? 0 : 1) + (firstAvailable.length === 0 ? 0 : 1);
  if (count === 0) return findings.required(path, 'exactly one of `exactly` or `firstAvailable` is required');
  if (count > 1)
    return findings.invalid(path, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set');
  if (exactly !== undefined) return validateExact(exactly, `${path}.exactly`, findings);
  if (firstAvailable.length > 8) return findings.tooMany(`${path}.firstAvailable`, firstAvailable.length, 8);
  for (const [index, sub] of firstAvailable.entries()) {
    const at = `${path}.firstAvailable[${index}]`;
    checkName(sub.name ?? '', `${at}.name`, isDNS1123Label, findings);
    validateExact(sub, at, findings);
  }
  for (const [index, sub] of firstAvailable.entries())
    if (firstAvailable.findIndex(({ name: one }) => one === sub.name) < index)
      findings.duplicate(`${path}.firstAvailable[${index}]`, sub.name);
}

function validateExact(
  { deviceClassName = '', allocationMode, count = 0, selectors = [], tolerations = [] }: Amounts,
  path: string,
  findings: Findings,
): void {
  if (deviceClassName === '') findings.required(`${path}.deviceClassName`);
  else checkName(deviceClassName, `${path}.deviceClassName`, isDNS1123Subdomain, findings);
  validateSelectors(selectors, `${path}.selectors`, findings);
  if (allocationMode === 'All') {
    if (count !== 0) findings.invalid(`${path}.count`, count, `must not be specified when allocationMode is 'All'`);
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) findings.invalid(`${path}.count`, count, 'must be greater than zero');
  } else findings.notSupported(`${path}.allocationMode`, allocationMode ?? '', ['All', 'ExactCount']);
  validateTolerations(tolerations, path, findings);
}

export function validateTolerations(tolerations: readonly DeviceToleration[], path: string, findings: Findings): void {
  for (const [index, { key = '', operator, value = '', effect }] of tolerations.entries()) {
    const at = `${path}.tolerations[${index}]`;
    if (key !== '') checkName(key, `${at}.key`, isQualifiedName, findings);
    if (operator === 'Exists' && value !== '') findings.invalid(`${at}.value`, value, 'must be empty for operator `Exists`');
    else if (operator === 'Equal') checkName(value, `${at}.value`, isLabelValue, findings);
    else if (operator !== 'Exists') findings.notSupported(`${at}.operator`, operator ?? '', ['Equal', 'Exists']);
    if (effect) oneOf(effect, ['NoExecute', 'NoSchedule', 'None'], `${at}.effect`, findings);
  }
}

function validateConstraint(
  { requests = [], matchAttribute, distinctAttribute }: DeviceConstraint,
  known: ReadonlySet<string>,
  path: string,
  findings: Findings,
): void {
  namesIn(requests, known, `${path}.requests`, findings);
  if (matchAttribute !== undefined) validateFullName(matchAttribute, `${path}.matchAttribute`, findings);
  else if (distinctAttribute !== undefined) validateFullName(distinctAttribute, `${path}.distinctAttribute`, findings);
  // v1.36 says so where none is set.
  else findings.required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set');
}

function namesIn(names: readonly string[], known: ReadonlySet<string>, path: string, findings: Findings): void {
  if (names.length > MOST) findings.tooMany(path, names.length, MOST);
  else validateRequestNames(names, known, (index) => `${path}[${index}]`, findings);
}

export function validateRequestNames(
  names: readonly string[],
  known: ReadonlySet<string>,
  path: (index: number) => string,
  findings: Findings,
): void {
  for (const [index, name] of names.entries()) {
    const at = path(index);
    const parts = name.split('/');
    if (parts.length <= 2) for (const part of parts) checkName(part, at, isDNS1123Label, findings);
    if (!known.has(name))
      findings.invalid(at, name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'");
  }
  for (const [index, name] of names.entries()) if (names.indexOf(name) < index) findings.duplicate(path(index), name);
}

const MAX_PARAMETERS = 10 * 1024;

export function validateConfiguration(
  { opaque }: Pick<DeviceClaimConfiguration, 'opaque'>,
  path: string,
  findings: Findings,
  stored = false,
): void {
  if (opaque === undefined) return findings.required(`${path}.opaque`);
  validateDriverName(opaque.driver ?? '', `${path}.opaque.driver`, findings);
  const { parameters } = opaque;
  const at = `${path}.opaque.parameters`;
  if (parameters === undefined || parameters === null) findings.required(at);
  else if (!stored && JSON.stringify(parameters).length > MAX_PARAMETERS) findings.tooLong(at, MAX_PARAMETERS);
  else if (typeof parameters !== 'object' || Array.isArray(parameters))
    findings.invalid(at, '<value omitted>', 'must be a valid JSON object');
}
