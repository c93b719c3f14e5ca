import { inRange, oneOf } from '../checks.ts';
import type { AppArmorProfile, PodSpec, SeccompProfile, SecurityContext, WindowsSecurityContextOptions } from '../generated/types.ts';
import type { Findings } from '../validation.ts';
import { localDescendingPath } from './validate-paths.ts';

const MAX_ID = 2147483647;
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

export function validateSecurityContext(context: SecurityContext | undefined, hostUsers: boolean, path: string, findings: Findings): void {
  if (context === undefined) return;
  inRange(context.runAsUser, 0, MAX_ID, `${path}.runAsUser`, findings);
  inRange(context.runAsGroup, 0, MAX_ID, `${path}.runAsGroup`, findings);
  if (context.procMount !== undefined) {
    oneOf(context.procMount, ['Default', 'Unmasked'], `${path}.procMount`, findings);
    if (hostUsers && context.procMount === 'Unmasked')
      findings.invalid(`${path}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, findings);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true)
      findings.invalid(path, internal(context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN')
        findings.invalid(path, internal(context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, findings);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, findings);
}

/** The part of the pod's spec that concerns the host and its users. `path` is that of the spec. */
export function validatePodSecurity(spec: PodSpec, template: boolean, path: string, findings: Findings): void {
  const context = spec.securityContext;
  const at = `${path}.securityContext`;
  if (spec.hostNetwork) {
    for (const field of ['containers', 'initContainers'] as const) {
      for (const [c, { ports = [] }] of (spec[field] ?? []).entries()) {
        for (const [p, { hostPort, containerPort }] of ports.entries()) {
          // In templates a port may be left open: it is filled in when the pod is made.
          if (hostPort !== containerPort && !(template && (hostPort ?? 0) === 0)) {
            findings.invalid(
              `${path}.${field}[${c}].ports[${p}].hostPort`,
              hostPort ?? 0,
              'must match `containerPort` when `hostNetwork` is true',
            );
          }
        }
      }
    }
  }
  if (context !== undefined) {
    inRange(context.fsGroup, 0, MAX_ID, `${at}.fsGroup`, findings);
    inRange(context.runAsUser, 0, MAX_ID, `${at}.runAsUser`, findings);
    inRange(context.runAsGroup, 0, MAX_ID, `${at}.runAsGroup`, findings);
    for (const [index, group] of (context.supplementalGroups ?? []).entries())
      inRange(group, 0, MAX_ID, `${at}.supplementalGroups[${index}]`, findings);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    findings.invalid(`${at}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  }
  if (context !== undefined) {
    validateSysctls(context.sysctls ?? [], `${at}.sysctls`, findings);
    if (context.fsGroupChangePolicy !== undefined)
      oneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${at}.fsGroupChangePolicy`, findings);
    validateSeccomp(context.seccompProfile, `${at}.seccompProfile`, findings);
    validateWindowsOptions(context.windowsOptions, `${at}.windowsOptions`, findings);
    validateAppArmor(context.appArmorProfile, `${at}.appArmorProfile`, findings);
    if (context.supplementalGroupsPolicy !== undefined)
      oneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${at}.supplementalGroupsPolicy`, findings);
    if (context.seLinuxChangePolicy !== undefined) oneOf(context.seLinuxChangePolicy, ['Recursive'], `${at}.seLinuxChangePolicy`, findings);
  }
}

/** A pod with users of its own shares no other namespace with the host. Upstream spells two of the paths with capitals. */
export function validateHostUsers(spec: PodSpec, path: string, findings: Findings): void {
  if (spec.hostUsers !== false) return;
  if (spec.hostNetwork) findings.forbidden(`${path}.hostNetwork`, 'when `hostUsers` is false');
  if (spec.hostPID) findings.forbidden(`${path}.HostPID`, 'when `hostUsers` is false');
  if (spec.hostIPC) findings.forbidden(`${path}.HostIPC`, 'when `hostUsers` is false');
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, findings: Findings): void {
  if (profile === undefined) return;
  if (!profile.type) findings.required(`${path}.type`, 'type is required when seccompProfile is set');
  else if (!PROFILES.includes(profile.type)) findings.notSupported(`${path}.type`, profile.type, PROFILES);
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) findings.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost');
    else localDescendingPath(profile.localhostProfile, `${path}.localhostProfile`, findings);
  } else if (profile.localhostProfile !== undefined) {
    const shown = { Type: profile.type ?? '', LocalhostProfile: profile.localhostProfile };
    findings.invalid(`${path}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost');
  }
}

function validateAppArmor(profile: AppArmorProfile | undefined, path: string, findings: Findings): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) return findings.required(`${path}.type`, 'type is required when appArmorProfile is set');
  if (!PROFILES.includes(type)) findings.notSupported(`${path}.type`, type, PROFILES);
  if (type === 'Localhost') {
    if (localhostProfile === undefined) findings.required(at, 'must be set when AppArmor type is Localhost');
    else {
      if (localhostProfile.trim() !== localhostProfile) findings.invalid(at, localhostProfile, 'must not be padded with whitespace');
      else if (localhostProfile === '') findings.required(at, 'must be set when AppArmor type is Localhost');
      if (localhostProfile.length > 4095) findings.tooLong(at, 4095);
    }
  } else if (localhostProfile !== undefined) findings.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost');
}

const SYSCTL_NAME = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

function validateSysctls(sysctls: readonly { name: string }[], path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name }] of sysctls.entries()) {
    const at = `${path}[${index}].name`;
    if (!name) findings.required(at);
    else if (name.length > 253 || !SYSCTL_NAME.test(name)) {
      findings.invalid(
        at,
        name,
        'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      );
    } else if (seen.has(name)) findings.duplicate(at, name);
    seen.add(name ?? '');
  }
}

function validateWindowsOptions(options: WindowsSecurityContextOptions | undefined, path: string, findings: Findings): void {
  if (options === undefined) return;
  const { gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpec === '') findings.invalid(`${path}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string');
  if (runAsUserName === '') findings.invalid(`${path}.runAsUserName`, '', 'runAsUserName cannot be an empty string');
}

// Values that are structs are printed as the server holds them: fields in capitals, absent ones null.
function internal(context: SecurityContext): object {
  const or = <T>(value: T | undefined): T | null => value ?? null;
  return {
    Capabilities: context.capabilities === undefined ? null : { Add: or(context.capabilities.add), Drop: or(context.capabilities.drop) },
    Privileged: or(context.privileged),
    SELinuxOptions: or(context.seLinuxOptions),
    WindowsOptions: or(context.windowsOptions),
    RunAsUser: or(context.runAsUser),
    RunAsGroup: or(context.runAsGroup),
    RunAsNonRoot: or(context.runAsNonRoot),
    ReadOnlyRootFilesystem: or(context.readOnlyRootFilesystem),
    AllowPrivilegeEscalation: or(context.allowPrivilegeEscalation),
    ProcMount: or(context.procMount),
    SeccompProfile: or(context.seccompProfile),
    AppArmorProfile: or(context.appArmorProfile),
  };
}
