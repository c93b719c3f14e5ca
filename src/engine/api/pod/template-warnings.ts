import { NODE_LABELS } from './node-labels.ts';
import type { Container, PodSpec, PodTemplateSpec, Volume } from '../generated/types.ts';
import { parseQuantity } from '../quantity.ts';

const OLD_VOLUMES: readonly (readonly [keyof Volume, string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/**
 * Remarks on a pod or pod template, in the server's order. `prefix` is the path of the template (`spec.template.`), empty
 * for a pod.
 */
export function templateWarnings(template: PodTemplateSpec, prefix: string): string[] {
  const warnings: string[] = [];
  const spec = template.spec;
  const path = `${prefix}spec`;
  if (spec === undefined) return warnings;

  for (const key of Object.keys(spec.nodeSelector ?? {}))
    if (NODE_LABELS[key] !== undefined) warnings.push(`${path}.nodeSelector[${key}]: ${NODE_LABELS[key]}`);
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const [t, { matchExpressions = [] }] of terms.entries()) {
    for (const [e, { key }] of matchExpressions.entries()) {
      const where = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${t}].matchExpressions[${e}].key`;
      if (NODE_LABELS[key] !== undefined) warnings.push(`${where}: ${NODE_LABELS[key]}`);
    }
  }
  for (const [index, { preference }] of (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    for (const [e, { key }] of (preference?.matchExpressions ?? []).entries()) {
      const where = `${path}.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference.matchExpressions[${e}].key`;
      if (NODE_LABELS[key] !== undefined) warnings.push(`${where}: ${NODE_LABELS[key]}`);
    }
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    if (NODE_LABELS[topologyKey] !== undefined) warnings.push(`${at}.topologyKey: ${topologyKey} is ${NODE_LABELS[topologyKey]}`);
    if (labelSelector === undefined) warnings.push(`${at}.labelSelector: a null labelSelector results in matching no pod`);
  }
  warnings.push(...annotationWarnings(template, prefix));
  warnings.push(...volumeWarnings(spec, path));
  warnings.push(...pullSecretWarnings(spec, path));
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries())
      warnings.push(...containerWarnings(container, `${path}.${field}[${index}]`));
  }
  warnings.push(...portWarnings(spec, path));
  if ((spec.overhead ?? {})['memory'] !== undefined) warnings.push(...fractional(spec.overhead?.['memory'], `${path}.overhead[memory]`));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    warnings.push(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  warnings.push(...affinityWarnings(spec, path));
  return warnings;
}

function annotationWarnings({ metadata }: PodTemplateSpec, prefix: string): string[] {
  const warnings: string[] = [];
  const path = prefix === '' ? 'metadata' : `${prefix}metadata`;
  for (const key of Object.keys(metadata?.annotations ?? {}).sort()) {
    const at = `${path}.annotations[${key}]`;
    if (key === 'seccomp.security.alpha.kubernetes.io/pod' || key.startsWith('container.seccomp.security.alpha.kubernetes.io/')) {
      warnings.push(`${at}: non-functional in v1.27+; use the "seccompProfile" field instead`);
    } else if (key.startsWith('container.apparmor.security.beta.kubernetes.io/')) {
      warnings.push(`${at}: deprecated since v1.30; use the "appArmorProfile" field instead`);
    } else if (key === 'scheduler.alpha.kubernetes.io/critical-pod') {
      warnings.push(`${at}: non-functional in v1.16+; use the "priorityClassName" field instead`);
    }
  }
  return warnings;
}

function volumeWarnings({ volumes = [] }: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}.volumes[${index}]`;
    for (const [source, text] of OLD_VOLUMES) if (volume[source] !== undefined) warnings.push(`${at}.${source}: ${text}`);
    for (const source of volume.projected?.sources ?? []) {
      if (Object.keys(source).length === 0) warnings.push(`volume ${JSON.stringify(volume.name)} (Projected) has no sources provided`);
    }
    for (const [source, title] of [
      ['secret', 'Secret'],
      ['configMap', 'ConfigMap'],
      ['downwardAPI', 'DownwardAPI'],
    ] as const) {
      const paths = (volume[source]?.items ?? []).map((item) => item.path);
      warnings.push(...overlaps(paths).map((pair) => `volume ${JSON.stringify(volume.name)} (${title}): overlapping paths: ${pair}`));
    }
    const storage = volume.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.['storage'];
    warnings.push(...fractional(storage, `${at}.ephemeral.volumeClaimTemplate.spec.resources.requests[storage]`));
  }
  return warnings;
}

// Two items at one path, or one below the other: who comes last wins.
function overlaps(paths: readonly string[]): string[] {
  const pairs: string[] = [];
  for (const [index, path] of paths.entries()) {
    for (const before of paths.slice(0, index)) {
      if (path === before || path.startsWith(`${before}/`) || before.startsWith(`${path}/`))
        pairs.push(`${JSON.stringify(path)} with ${JSON.stringify(before)}`);
    }
  }
  return pairs;
}

function pullSecretWarnings({ imagePullSecrets = [] }: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [index, { name = '' }] of imagePullSecrets.entries()) {
    const at = `${path}.imagePullSecrets[${index}]`;
    if (name === '') warnings.push(`${at}: invalid empty name ""`);
    else if (seen.has(name)) warnings.push(`${at}.name: duplicate name ${JSON.stringify(name)}`);
    seen.add(name);
  }
  return warnings;
}

function containerWarnings(container: Container, path: string): string[] {
  const warnings: string[] = [];
  for (const list of ['limits', 'requests'] as const) {
    for (const name of ['memory', 'ephemeral-storage']) {
      warnings.push(...fractional(container.resources?.[list]?.[name], `${path}.resources.${list}[${name}]`));
    }
  }
  const seen = new Set<string>();
  for (const [index, { name, value = '' }] of (container.env ?? []).entries()) {
    // A variable that builds on the one it replaces is meant to.
    if (seen.has(name) && !value.includes(`$(${name})`)) {
      warnings.push(`${path}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`);
    }
    seen.add(name);
  }
  return warnings;
}

function portWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  const seen = new Map<string, string>();
  for (const [c, { ports = [] }] of (spec.containers ?? []).entries()) {
    for (const [p, { name = '', containerPort, hostPort = 0, hostIP = '', protocol = '' }] of ports.entries()) {
      const at = `${path}.containers[${c}].ports[${p}]`;
      if (hostIP !== '' && hostPort === 0) {
        warnings.push(
          `${at}: hostIP set without hostPort: {Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`,
        );
      }
      const key = `${protocol}/${containerPort}/${hostIP}/${hostPort}`;
      const before = seen.get(key);
      if (before !== undefined) warnings.push(`${at}: duplicate port definition with ${before}`);
      else seen.set(key, at);
    }
  }
  return warnings;
}

function affinityWarnings({ affinity }: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  const text = 'a null labelSelector results in matching no pod';
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    for (const [index, term] of (affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      if (term.labelSelector === undefined)
        warnings.push(`${path}.affinity.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${text}`);
    }
    for (const [index, { podAffinityTerm }] of (affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      if (podAffinityTerm?.labelSelector === undefined) {
        warnings.push(
          `${path}.affinity.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${text}`,
        );
      }
    }
  }
  return warnings;
}

function fractional(amount: string | undefined, path: string): string[] {
  const quantity = amount === undefined ? undefined : parseQuantity(amount);
  return quantity === undefined || quantity.nanos % 1_000_000_000n === 0n
    ? []
    : [`${path}: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`];
}
