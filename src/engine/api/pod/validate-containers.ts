import { inRange, oneOf } from '../checks.ts';
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from '../generated/types.ts';
import { isDNS1123Label, isPortName } from '../names.ts';
import type { Findings } from '../validation.ts';
import { validateEnv, validateEnvFrom } from './validate-env.ts';
import { validateDevices, validateMounts, type Volumes } from './validate-mounts.ts';
import { validateLifecycle, validateProbe } from './validate-probes.ts';
import { validateContainerResources } from './validate-resources.ts';
import { validateSecurityContext } from './validate-security.ts';

/** What containers are checked against. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: Volumes;
  /** Names of the pod's resource claims. */
  readonly claims: readonly string[];
  /** In a stored pod the image may have been written with spaces around it; a new one may not. */
  readonly strictImages: boolean;
}

export function validateContainers(context: ContainerContext, path: string, findings: Findings): void {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return findings.required(path);
  const names = new Set<string>();
  const grace = context.spec.terminationGracePeriodSeconds;
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    validateCommon(container, context, at, findings);
    if (names.has(container.name ?? '')) findings.duplicate(`${at}.name`, container.name ?? '');
    names.add(container.name ?? '');
    validateLifecycle(container.lifecycle, grace, `${at}.lifecycle`, findings);
    validateProbe(container.livenessProbe, 'livenessProbe', grace, at, findings);
    validateProbe(container.readinessProbe, 'readinessProbe', grace, at, findings);
    validateProbe(container.startupProbe, 'startupProbe', grace, at, findings);
    validateRestartRules(container, at, findings);
  }
  validateHostPortConflicts(containers, path, findings);
}

export function validateInitContainers(context: ContainerContext, path: string, findings: Findings): void {
  const names = new Set((context.spec.containers ?? []).map(({ name }) => name).filter((name) => name));
  const grace = context.spec.terminationGracePeriodSeconds;
  for (const [index, container] of (context.spec.initContainers ?? []).entries()) {
    const at = `${path}[${index}]`;
    validateCommon(container, context, at, findings);
    if (names.has(container.name)) findings.duplicate(`${at}.name`, container.name);
    else if (container.name) names.add(container.name);
    // Init containers run one by one: only a container's own ports can be in each other's way.
    validateHostPortConflicts([container], path, findings);
    if (container.restartPolicy === 'Always') {
      validateLifecycle(container.lifecycle, grace, `${at}.lifecycle`, findings);
      validateProbe(container.livenessProbe, 'livenessProbe', grace, at, findings);
      validateProbe(container.readinessProbe, 'readinessProbe', grace, at, findings);
      validateProbe(container.startupProbe, 'startupProbe', grace, at, findings);
    } else {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[field] !== undefined)
          findings.forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always');
      }
    }
    validateRestartRules(container, at, findings);
  }
}

const NOT_EPHEMERAL = [
  'ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle',
] as const; // prettier-ignore

export function validateEphemeralContainers(context: ContainerContext, path: string, findings: Findings): void {
  const { spec } = context;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const targets = new Set((spec.containers ?? []).map(({ name }) => name));
  const names = new Set(others);
  for (const [index, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = `${path}[${index}]`;
    validateCommon(container, context, at, findings);
    if (container.name) {
      if (names.has(container.name)) findings.duplicate(`${at}.name`, container.name);
      names.add(container.name);
    }
    if (container.targetContainerName && !targets.has(container.targetContainerName))
      findings.notFound(`${at}.targetContainerName`, container.targetContainerName);
    for (const field of NOT_EPHEMERAL) {
      const value = container[field];
      const absent = value === undefined || (typeof value === 'object' && Object.keys(value).length === 0 && field === 'resources');
      if (!absent) findings.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container');
    }
    for (const [i, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
      if (subPath) findings.forbidden(`${at}.volumeMounts[${i}].subPath`, 'cannot be set for an Ephemeral Container');
      if (subPathExpr) findings.forbidden(`${at}.volumeMounts[${i}].subPathExpr`, 'cannot be set for an Ephemeral Container');
    }
  }
}

function validateCommon(container: Container | EphemeralContainer, context: ContainerContext, path: string, findings: Findings): void {
  const { name, image = '' } = container;
  if (!name) findings.required(`${path}.name`);
  else for (const problem of isDNS1123Label(name)) findings.invalid(`${path}.name`, name, problem);
  if (image === '') findings.required(`${path}.image`);
  else if (context.strictImages && image.trim() !== image)
    findings.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace');
  oneOf(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], `${path}.terminationMessagePolicy`, findings);
  validatePorts(container.ports ?? [], `${path}.ports`, findings);
  validateEnv(container.env ?? [], new Set(context.volumes.keys()), `${path}.env`, findings);
  validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`, findings);
  validateMounts(container, context.volumes, `${path}.volumeMounts`, findings);
  validateDevices(container, context.volumes, `${path}.volumeDevices`, findings);
  oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`, findings);
  validateContainerResources(container.resources, context.claims, `${path}.resources`, findings);
  validateResizePolicy(container, context.spec.restartPolicy, `${path}.resizePolicy`, findings);
  validateSecurityContext(container.securityContext, context.spec.hostUsers !== false, `${path}.securityContext`, findings);
}

function validatePorts(ports: readonly ContainerPort[], path: string, findings: Findings): void {
  const names = new Set<string>();
  for (const [index, { name, containerPort, hostPort, protocol }] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (name) {
      const problems = isPortName(name);
      for (const problem of problems) findings.invalid(`${at}.name`, name, problem);
      if (problems.length === 0 && names.has(name)) findings.duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (!containerPort) findings.required(`${at}.containerPort`);
    else inRange(containerPort, 1, 65535, `${at}.containerPort`, findings);
    if (hostPort) inRange(hostPort, 1, 65535, `${at}.hostPort`, findings);
    oneOf(protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`, findings);
  }
}

function validateHostPortConflicts(containers: readonly Container[], path: string, findings: Findings): void {
  const used = new Set<string>();
  for (const [c, { ports = [] }] of containers.entries()) {
    for (const [p, { hostPort, hostIP = '', protocol = '' }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (used.has(key)) findings.duplicate(`${path}[${c}].ports[${p}].hostPort`, key);
      used.add(key);
    }
  }
}

function validateResizePolicy(
  { resizePolicy = [] }: Container | EphemeralContainer,
  podPolicy: string | undefined,
  path: string,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const [index, { resourceName, restartPolicy }] of resizePolicy.entries()) {
    if (seen.has(resourceName ?? '')) findings.duplicate(`${path}[${index}]`, resourceName ?? '');
    seen.add(resourceName ?? '');
    oneOf(resourceName, ['cpu', 'memory'], path, findings);
    oneOf(restartPolicy, ['NotRequired', 'RestartContainer'], path, findings);
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      findings.invalid(path, restartPolicy ?? '', "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}

// KEP-5307: rules for restarting a single container.
function validateRestartRules(container: Container, path: string, findings: Findings): void {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy !== undefined && !['Always', 'Never', 'OnFailure'].includes(restartPolicy)) {
    findings.notSupported(`${path}.restartPolicy`, restartPolicy, ['Always', 'Never', 'OnFailure']);
  }
  if (restartPolicyRules.length === 0) return;
  if (restartPolicy === undefined) findings.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  if (restartPolicyRules.length > 20) findings.tooMany(`${path}.restartPolicyRules`, restartPolicyRules.length, 20);
  for (const [index, { action, exitCodes }] of restartPolicyRules.entries()) {
    const at = `${path}.restartPolicyRules[${index}]`;
    const actions = ['Restart', 'RestartAllContainers'];
    if (!actions.includes(action)) findings.notSupported(`${at}.action`, action ?? '', actions);
    if (exitCodes === undefined) findings.required(`${at}.exitCodes`, 'must be specified');
    else {
      if (exitCodes.operator !== 'In' && exitCodes.operator !== 'NotIn')
        findings.notSupported(`${at}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']);
      if ((exitCodes.values ?? []).length > 255) findings.tooMany(`${at}.exitCodes.values`, (exitCodes.values ?? []).length, 255);
    }
  }
}
