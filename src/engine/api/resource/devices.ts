import { checkName, oneOf } from '../checks.ts';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceToleration,
} from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';

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

export function validateDeviceClaim(claim: DeviceClaim, path: string, findings: Findings): void {
  const requests = claim.requests ?? [];
  const names: string[] = [];
  for (const [index, request] of requests.entries()) {
    validateRequest(request, `${path}.requests[${index}]`, findings);
    if (names.includes(request.name)) findings.duplicate(`${path}.requests[${index}]`, request.name);
    names.push(request.name);
  }
  if (requests.length > 32) findings.tooMany(`${path}.requests`, requests.length, 32);
  const known = new Set(requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name}`)]));
  for (const [index, constraint] of (claim.constraints ?? []).entries())
    validateConstraint(constraint, known, `${path}.constraints[${index}]`, findings);
  for (const [index, config] of (claim.config ?? []).entries()) {
    const at = `${path}.config[${index}]`;
    validateRequestNames(config.requests ?? [], known, `${at}.requests`, findings);
    validateConfiguration(config, at, findings);
  }
}

function validateRequest({ name = '', exactly, firstAvailable = [] }: DeviceRequest, path: string, findings: Findings): void {
  checkName(name, `${path}.name`, isDNS1123Label, findings);
  const count = (exactly === undefined ? 0 : 1) + (firstAvailable.length === 0 ? 0 : 1);
  if (count === 0) findings.required(path, 'exactly one of `exactly` or `firstAvailable` is required');
  else if (count > 1) findings.invalid(path, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set');
  if (firstAvailable.length > 8) findings.tooMany(`${path}.firstAvailable`, firstAvailable.length, 8);
  const seen = new Set<string>();
  for (const [index, sub] of firstAvailable.entries()) {
    const at = `${path}.firstAvailable[${index}]`;
    checkName(sub.name ?? '', `${at}.name`, isDNS1123Label, findings);
    validateExact(sub, at, findings);
    if (seen.has(sub.name)) findings.duplicate(at, sub.name);
    seen.add(sub.name);
  }
  if (exactly !== undefined) validateExact(exactly, `${path}.exactly`, findings);
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
  for (const [index, { operator, value = '', effect }] of tolerations.entries()) {
    const at = `${path}.tolerations[${index}]`;
    if (operator === 'Exists' && value !== '') findings.invalid(`${at}.value`, value, 'must be empty for operator `Exists`');
    else if (operator !== 'Exists' && operator !== 'Equal') findings.notSupported(`${at}.operator`, operator ?? '', ['Equal', 'Exists']);
    if (effect) oneOf(effect, ['NoExecute', 'NoSchedule', 'None'], `${at}.effect`, findings);
  }
}

/** Expressions themselves are not compiled: there is no CEL here. */
export function validateSelectors(selectors: readonly DeviceSelector[], path: string, findings: Findings): void {
  if (selectors.length > 32) findings.tooMany(path, selectors.length, 32);
  for (const [index, { cel }] of selectors.entries()) if (cel === undefined) findings.required(`${path}[${index}].cel`);
}

function validateConstraint(
  { requests = [], matchAttribute }: DeviceConstraint,
  known: ReadonlySet<string>,
  path: string,
  findings: Findings,
): void {
  validateRequestNames(requests, known, `${path}.requests`, findings);
  if (matchAttribute === undefined) findings.required(path, 'exactly one of "matchAttribute" or "distinctAttribute" is required');
  else validateFullName(matchAttribute, `${path}.matchAttribute`, findings);
}

function validateRequestNames(names: readonly string[], known: ReadonlySet<string>, path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const at = `${path}[${index}]`;
    for (const part of name.split('/')) checkName(part, at, isDNS1123Label, findings);
    if (!known.has(name))
      findings.invalid(at, name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'");
    if (seen.has(name)) findings.duplicate(at, name);
    seen.add(name);
  }
}

const C_IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

export function validateQualified(name: string, path: string, findings: Findings): void {
  if (name === '') return findings.required(path, 'name required');
  const parts = name.split('/');
  const id = parts.at(-1) ?? '';
  if (parts.length === 2) {
    if (parts[0] === '') findings.required(path, 'the domain must not be empty');
    else checkName(parts[0] ?? '', path, isDNS1123Subdomain, findings);
  } else if (parts.length > 2) return findings.invalid(path, name, 'must be a C identifier, optionally with a domain in front');
  if (id.length > 32) findings.tooLong(path, 32);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) findings.invalid(path, id, C_IDENTIFIER);
}

function validateFullName(name: string, path: string, findings: Findings): void {
  validateQualified(name, path, findings);
  if (name !== '' && !name.includes('/')) findings.invalid(path, name, 'must include a domain');
}

export function validateConfiguration({ opaque }: Pick<DeviceClaimConfiguration, 'opaque'>, path: string, findings: Findings): void {
  if (opaque === undefined) return findings.required(`${path}.opaque`);
  validateDriverName(opaque.driver ?? '', `${path}.opaque.driver`, findings);
  if (opaque.parameters === undefined || opaque.parameters === null) findings.required(`${path}.opaque.parameters`);
}
