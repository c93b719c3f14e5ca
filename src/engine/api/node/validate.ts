import { checkName, legacyCIDR } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Node, Taint } from '../generated/types.ts';
import { isLabelValue, isQualifiedName } from '../names.ts';
import { validateAmount, validateResourceName } from '../pod/validate-resources.ts';
import { validateTaintEffect } from '../pod/validate-scheduling.ts';
import type { Findings } from '../validation.ts';

/** The two fields for networks are one: the first of the list stands in both. What is there can be had unless said otherwise. */
export function setNodeDefaults({ spec, status }: Node): void {
  if (status?.capacity !== undefined) status.allocatable ??= { ...status.capacity };
  if (spec === undefined) return;
  delete spec.configSource;
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  const first = spec.podCIDRs?.[0];
  if (first && spec.podCIDR !== first) spec.podCIDR = first;
}

export function validateNode(node: Node, findings: Findings): void {
  validateTaints(node.spec?.taints ?? [], findings);
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(node.status?.[list] ?? {})) {
      const path = `status.${list}.${name}`;
      if (validateResourceName(name, path, findings)) validateAmount(name, amount, path, findings);
    }
  }
  const networks = node.spec?.podCIDRs ?? [];
  for (const [index, network] of networks.entries()) legacyCIDR(network, `spec.podCIDRs[${index}]`, findings);
  const families = networks.map((network) => network.includes(':'));
  if (networks.length > 2 || (networks.length === 2 && families[0] === families[1])) {
    findings.invalid('spec.podCIDRs', networks, 'may specify no more than one CIDR for each IP family');
  }
}

export function validateNodeUpdate(node: Node, old: Node, findings: Findings): void {
  validateNode(node, findings);
  // Upstream an update looks at them twice: the message says it once, the causes twice.
  validateTaints(node.spec?.taints ?? [], findings);
  const spec = node.spec ?? {};
  const before = old.spec ?? {};
  if ((before.podCIDRs ?? []).length > 0 && !semanticallyEqual(spec.podCIDRs, before.podCIDRs)) {
    findings.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  }
  if (before.providerID && spec.providerID !== before.providerID) {
    findings.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  }
  if ((spec.externalID ?? '') !== (before.externalID ?? '')) findings.forbidden('spec.externalID', 'may not be updated');
}

export function nodeWarnings({ spec }: Node): string[] {
  return spec?.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : [];
}

function validateTaints(taints: readonly Taint[], findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { key = '', value = '', effect }] of taints.entries()) {
    const at = `metadata.taints[${index}]`;
    checkName(key, `${at}.key`, isQualifiedName, findings);
    const problems = isLabelValue(value);
    if (problems.length > 0) findings.invalid(`${at}.value`, value, problems.join(';'));
    validateTaintEffect(effect, `${at}.effect`, findings);
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) {
      const shown = JSON.stringify({ key, ...(value === '' ? {} : { value }), effect: effect ?? '' });
      findings.add('FieldValueDuplicate', at, `Duplicate value: ${shown}: taints must be unique by key and effect pair`);
      return;
    }
    seen.add(pair);
  }
}
