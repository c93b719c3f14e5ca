import type { Container, PodSpec, SELinuxOptions } from '../../../api/generated/types.ts';
import { containersOf, namedContainers, namesOf, notInUserNamespace, ofContainers, plural, quoted, setters, sortedSet } from './check.ts';
import type { Check, CheckPod } from './check.ts';
import { procMount } from './proc-mount.ts';
import { isAllowedSeccomp, seccompAnnotations } from './seccomp.ts';

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const CAPABILITIES = new Set([
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP',
  'SETUID', 'SYS_CHROOT',
]); // prettier-ignore

const SYSCTLS: readonly { since: number; names: readonly string[] }[] = [
  {
    since: 0,
    names: [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  },
  { since: 27, names: ['net.ipv4.ip_local_reserved_ports'] },
  {
    since: 29,
    names: ['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'],
  },
  { since: 32, names: ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] },
];

/** The baseline level: what is known to lead out of a container. */
export const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', versions: [{ since: 0, check: appArmor }] },
  { id: 'capabilities_baseline', versions: [{ since: 0, check: capabilities }] },
  { id: 'hostNamespaces', versions: [{ since: 0, check: hostNamespaces }] },
  { id: 'hostPathVolumes', versions: [{ since: 0, check: hostPaths }] },
  { id: 'hostPorts', versions: [{ since: 0, check: hostPorts }] },
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, check: probeHosts }] },
  {
    id: 'privileged',
    versions: [
      {
        since: 0,
        check: ofContainers(
          'privileged',
          ({ securityContext }) => securityContext?.privileged === true,
          'must not set securityContext.privileged=true',
        ),
      },
    ],
  },
  {
    id: 'procMount',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: notInUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, check: seLinux(['container_t', 'container_init_t', 'container_kvm_t']) },
      { since: 31, check: seLinux(['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, check: seccompAnnotations },
      { since: 19, check: seccomp },
    ],
  },
  { id: 'sysctls', versions: SYSCTLS.map(({ since }) => ({ since, check: sysctls(since) })) },
  { id: 'windowsHostProcess', versions: [{ since: 0, check: hostProcess }] },
];

function appArmor(spec: PodSpec, { annotations = {} }: { annotations?: Record<string, string> }): ReturnType<CheckPod> {
  const bad = (type: string | undefined): type is string => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const pod = spec.securityContext?.appArmorProfile?.type;
  const own = ({ securityContext }: Container): string | undefined => securityContext?.appArmorProfile?.type;
  const notes = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !['', 'runtime/default'].includes(value) && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [
    ...setters(
      bad(pod),
      namesOf(spec, (container) => bad(own(container))),
    ),
    ...(notes.length === 0 ? [] : [plural('annotation', notes.length)]),
  ];
  if (who.length === 0) return undefined;
  const values = [...sortedSet([pod, ...containersOf(spec).map(own)].filter(bad)), ...notes];
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function capabilities(spec: PodSpec): ReturnType<CheckPod> {
  const added = ({ securityContext }: Container): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((one) => !CAPABILITIES.has(one));
  const names = namesOf(spec, (container) => added(container).length > 0);
  if (names.length === 0) return undefined;
  const what = quoted(sortedSet(containersOf(spec).flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${namedContainers(names)} must not include ${what} in securityContext.capabilities.add`,
  };
}

function hostNamespaces(spec: PodSpec): ReturnType<CheckPod> {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
}

function hostPaths(spec: PodSpec): ReturnType<CheckPod> {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural('volume', names.length)} ${quoted(names)}` };
}

function hostPorts(spec: PodSpec): ReturnType<CheckPod> {
  const own = ({ ports }: Container): string[] =>
    (ports ?? []).flatMap(({ hostPort }) => ((hostPort ?? 0) === 0 ? [] : [String(hostPort)]));
  const names = namesOf(spec, (container) => own(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = sortedSet(containersOf(spec).flatMap(own));
  return {
    reason: 'hostPort',
    detail: `${namedContainers(names)} ${plural('uses', names.length, 'use')} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
}

/** A probe or hook that names a host makes the kubelet knock at doors the pod could not reach. */
function probeHosts(spec: PodSpec): ReturnType<CheckPod> {
  const own = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
    ) as string[];
  const names = sortedSet(namesOf(spec, (container) => own(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = sortedSet(containersOf(spec).flatMap(own));
  const what = plural('probe or lifecycle host', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${namedContainers(names)} ${plural('uses', names.length, 'use')} ${what} ${quoted(hosts)}`,
  };
}

function seLinux(types: readonly string[]): CheckPod {
  return (spec) => {
    const badType = ({ type = '' }: SELinuxOptions): boolean => type !== '' && !types.includes(type);
    const bad = (options: SELinuxOptions | undefined): boolean =>
      options !== undefined && (badType(options) || (options.user ?? '') !== '' || (options.role ?? '') !== '');
    const own = ({ securityContext }: Container): SELinuxOptions | undefined => securityContext?.seLinuxOptions;
    const who = setters(
      bad(spec.securityContext?.seLinuxOptions),
      namesOf(spec, (container) => bad(own(container))),
    );
    if (who.length === 0) return undefined;
    const all = [spec.securityContext?.seLinuxOptions, ...containersOf(spec).map(own)].filter((options) => options !== undefined);
    const badTypes = sortedSet(all.filter(badType).map(({ type = '' }) => type));
    const what = [
      ...(badTypes.length === 0 ? [] : [`${plural('type', badTypes.length)} ${quoted(badTypes)}`]),
      ...(all.some(({ user = '' }) => user !== '') ? ['user may not be set'] : []),
      ...(all.some(({ role = '' }) => role !== '') ? ['role may not be set'] : []),
    ];
    return { reason: 'seLinuxOptions', detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` };
  };
}

function seccomp(spec: PodSpec): ReturnType<CheckPod> {
  const pod = spec.securityContext?.seccompProfile?.type;
  const own = ({ securityContext }: Container): string | undefined => securityContext?.seccompProfile?.type;
  const bad = (type: string | undefined): type is string => type !== undefined && !isAllowedSeccomp(type);
  const who = setters(
    bad(pod),
    namesOf(spec, (container) => bad(own(container))),
  );
  if (who.length === 0) return undefined;
  const values = quoted(sortedSet([pod, ...containersOf(spec).map(own)].filter(bad)));
  return { reason: 'seccompProfile', detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${values}` };
}

function sysctls(version: number): CheckPod {
  const allowed = new Set(SYSCTLS.filter(({ since }) => since <= version).flatMap(({ names }) => names));
  return (spec) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.has(name));
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
  };
}

function hostProcess(spec: PodSpec): ReturnType<CheckPod> {
  const who = setters(
    spec.securityContext?.windowsOptions?.hostProcess === true,
    namesOf(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
  );
  return who.length === 0
    ? undefined
    : { reason: 'hostProcess', detail: `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true` };
}
