import type { ObjectFieldSelector, ResourceFieldSelector } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';

/** References to fields of the pod itself, in environments and downwardAPI volumes. */

export const ENV_FIELDS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]; // prettier-ignore
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const KNOWN = new Set([...ENV_FIELDS, ...VOLUME_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const CPU_DIVISORS = ['1m', '1'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

export function validateFieldRef(ref: ObjectFieldSelector, fields: readonly string[], path: string, findings: Findings): void {
  if (!ref.apiVersion) return findings.required(`${path}.apiVersion`);
  if (!ref.fieldPath) return findings.required(`${path}.fieldPath`);
  const cannot = (why: string): void => findings.invalid(`${path}.fieldPath`, ref.fieldPath, `error converting fieldPath: ${why}`);
  if (ref.apiVersion !== 'v1') return cannot(`unsupported pod version: ${ref.apiVersion}`);
  const subscript = /^(.*)\['(.*)'\]$/.exec(ref.fieldPath);
  if (subscript !== null) {
    const [, map = '', key = ''] = subscript;
    if (map !== 'metadata.annotations' && map !== 'metadata.labels')
      return cannot(`field label does not support subscript: ${ref.fieldPath}`);
    const name = map === 'metadata.annotations' ? key.toLowerCase() : key;
    for (const problem of isQualifiedName(name)) findings.invalid(path, name, problem);
    return;
  }
  const field = ref.fieldPath === 'spec.host' ? 'spec.nodeName' : ref.fieldPath;
  if (!KNOWN.has(field)) return cannot(`field label not supported: ${ref.fieldPath}`);
  if (!fields.includes(field)) findings.notSupported(`${path}.fieldPath`, field, fields);
}

export function validateResourceFieldRef(ref: ResourceFieldSelector, inVolume: boolean, path: string, findings: Findings): void {
  const { resource } = ref;
  const huge = /^(limits|requests)\.hugepages-/.test(resource ?? '');
  if (inVolume && !ref.containerName) findings.required(`${path}.containerName`);
  else if (!resource) findings.required(`${path}.resource`);
  else if (!RESOURCES.includes(resource) && !huge) findings.notSupported(`${path}.resource`, resource, RESOURCES);
  const divisor = canonicalQuantity(ref.divisor ?? '0');
  if (divisor === '0' || !resource) return;
  const wrong = (supported: readonly string[], what: string): void => {
    if (!supported.includes(divisor)) {
      const list = supported.length === 2 ? supported.join(' and ') : supported.join(', ');
      findings.invalid(`${path}.divisor`, resource, `only divisor's values ${list} are supported with the ${what} resource`);
    }
  };
  if (resource.endsWith('.cpu')) wrong(CPU_DIVISORS, 'cpu');
  else if (resource.endsWith('.memory')) wrong(BYTE_DIVISORS, 'memory');
  else if (resource.endsWith('.ephemeral-storage')) wrong(BYTE_DIVISORS, 'local ephemeral storage');
  else if (huge) wrong(BYTE_DIVISORS, 'hugepages');
}
