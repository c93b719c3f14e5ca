import { checkName } from '../checks.ts';
import { validateConditions } from '../conditions.ts';
import { semanticallyEqual } from '../equality.ts';
import type { AllocatedDeviceStatus, AllocationResult, ResourceClaimStatus, ResourceResourceClaim } from '../generated/types.ts';
import { parseCIDR } from '../ip.ts';
import { isDNS1123Label } from '../names.ts';
import { validateNodeSelector } from '../pod/validate-scheduling.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { requestNames, validateConfiguration, validateRequestNames, validateTolerations } from './devices.ts';
import { validateBinding, validatePoolName } from './names.ts';

const MAX_RESERVED = 256;
const MAX_RESULTS = 32;
const MAX_CONFIG = 64;
const MAX_IPS = 16;
const MAX_DEVICE_CONDITIONS = 8;
const SOURCES = ['FromClaim', 'FromClass'];

/** What a scheduler and drivers may write into a claim's status. */
export function validateClaimStatus(claim: ResourceResourceClaim, old: ResourceResourceClaim, findings: Findings): void {
  const status: ResourceClaimStatus = claim.status ?? {};
  const before: ResourceClaimStatus = old.status ?? {};
  const known = requestNames(claim.spec?.devices ?? {});
  const { allocation, reservedFor = [], devices = [] } = status;
  reserved(reservedFor, findings);
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf));
  const seen = new Set<string>();
  for (const [index, device] of devices.entries()) validateDevice(device, allocated, `status.devices[${index}]`, findings);
  for (const [index, device] of devices.entries()) {
    const id = idOf(device);
    if (seen.has(id)) findings.duplicate(`status.devices[${index}]`, id);
    seen.add(id);
  }
  if (reservedFor.length > 0 && allocation === undefined)
    findings.forbidden('status.reservedFor', 'may not be specified when `allocated` is not set');
  else if (claim.metadata.deletionTimestamp !== undefined) {
    const had = before.reservedFor ?? [];
    if (reservedFor.some((one) => !had.some((other) => semanticallyEqual(one, other))))
      findings.forbidden('status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set');
  }
  if (allocation === undefined) return;
  if (before.allocation === undefined) validateAllocation(allocation, known, findings);
  else if (!semanticallyEqual(allocation, before.allocation)) findings.invalid('status.allocation', allocation, 'field is immutable');
}

function idOf({
  driver = '',
  pool = '',
  device = '',
  shareID,
}: Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>): string {
  return [driver, pool, device, ...(shareID === undefined ? [] : [shareID])].join('/');
}

function reserved(list: NonNullable<ResourceClaimStatus['reservedFor']>, findings: Findings): void {
  const path = 'status.reservedFor';
  if (list.length > MAX_RESERVED) return findings.tooMany(path, list.length, MAX_RESERVED);
  for (const [index, one] of list.entries())
    for (const field of ['resource', 'name', 'uid'] as const) if (!one[field]) findings.required(`${path}[${index}].${field}`);
  for (const [index, { uid }] of list.entries())
    if (list.findIndex((one) => one.uid === uid) < index) findings.duplicate(`${path}[${index}]`, uid);
}

function validateDevice(device: AllocatedDeviceStatus, allocated: ReadonlySet<string>, path: string, findings: Findings): void {
  const { conditions = [], data, networkData, shareID } = device;
  validateDriverName(device.driver ?? '', `${path}.driver`, findings);
  validatePoolName(device.pool ?? '', `${path}.pool`, findings);
  checkName(device.device ?? '', `${path}.device`, isDNS1123Label, findings);
  if (shareID !== undefined) validateUid(shareID, `${path}.shareID`, findings);
  if (!allocated.has(idOf(device))) findings.invalid(path, idOf(device), 'must be an allocated device in the claim');
  if (conditions.length > MAX_DEVICE_CONDITIONS) findings.tooMany(`${path}.conditions`, conditions.length, MAX_DEVICE_CONDITIONS);
  validateConditions(conditions, `${path}.conditions`, findings);
  if (data !== undefined && JSON.stringify(data).length > 10 * 1024) findings.tooLong(`${path}.data`, 10 * 1024);
  else if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data)))
    findings.invalid(`${path}.data`, '<value omitted>', 'must be a valid JSON object');
  const { interfaceName = '', hardwareAddress = '', ips = [] } = networkData ?? {};
  if (interfaceName.length > 256) findings.tooLong(`${path}.networkData.interfaceName`, 256);
  if (hardwareAddress.length > 128) findings.tooLong(`${path}.networkData.hardwareAddress`, 128);
  if (ips.length > MAX_IPS) return findings.tooMany(`${path}.networkData.ips`, ips.length, MAX_IPS);
  for (const [index, address] of ips.entries())
    if (parseCIDR(address) === undefined)
      findings.invalid(
        `${path}.networkData.ips[${index}]`,
        address,
        'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
      );
  for (const [index, address] of ips.entries())
    if (ips.indexOf(address) < index) findings.duplicate(`${path}.networkData.ips[${index}]`, address);
}

function validateAllocation({ devices, nodeSelector }: AllocationResult, known: ReadonlySet<string>, findings: Findings): void {
  const { results = [], config = [] } = devices ?? {};
  const path = 'status.allocation.devices';
  if (results.length > MAX_RESULTS) findings.tooMany(`${path}.results`, results.length, MAX_RESULTS);
  else
    for (const [index, result] of results.entries()) {
      const at = `${path}.results[${index}]`;
      validateRequestNames([result.request ?? ''], known, () => `${at}.request`, findings);
      validateDriverName(result.driver ?? '', `${at}.driver`, findings);
      validatePoolName(result.pool ?? '', `${at}.pool`, findings);
      checkName(result.device ?? '', `${at}.device`, isDNS1123Label, findings);
      validateBinding(result, at, findings);
      validateTolerations(result.tolerations ?? [], at, findings);
      if (result.shareID !== undefined) validateUid(result.shareID, `${at}.shareID`, findings);
    }
  if (config.length > MAX_CONFIG) findings.tooMany(`${path}.config`, config.length, MAX_CONFIG);
  else
    for (const [index, one] of config.entries()) {
      const at = `${path}.config[${index}]`;
      if (!one.source) findings.required(`${at}.source`);
      else if (!SOURCES.includes(one.source)) findings.notSupported(`${at}.source`, one.source, SOURCES);
      validateRequestNames(one.requests ?? [], known, (of) => `${at}.requests[${of}]`, findings);
      validateConfiguration(one, at, findings);
    }
  if (nodeSelector !== undefined) validateNodeSelector(nodeSelector.nodeSelectorTerms ?? [], 'status.allocation.nodeSelector', findings);
}

function validateUid(uid: string, path: string, findings: Findings): void {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(uid))
    findings.invalid(
      path,
      uid,
      'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters',
    );
}
