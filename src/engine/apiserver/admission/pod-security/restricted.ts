import type { Container, PodSpec, Volume } from '../../../api/generated/types.ts';
import { containersOf, namedContainers, namesOf, notInUserNamespace, notOnWindows, ofContainers, plural } from './check.ts';
import { quoted, setters, sortedSet, type Check, type CheckPod } from './check.ts';
import { procMount } from './proc-mount.ts';
import { isAllowedSeccomp } from './seccomp.ts';

const VOLUMES = [
  'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret',
] as const satisfies readonly (keyof Volume)[]; // prettier-ignore
const OTHER_VOLUMES = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'gitRepo', 'nfs', 'iscsi', 'glusterfs', 'rbd', 'flexVolume', 'cinder', 'cephfs',
  'flocker', 'fc', 'azureFile', 'vsphereVolume', 'quobyte', 'azureDisk', 'photonPersistentDisk', 'portworxVolume', 'scaleIO', 'storageos',
] as const satisfies readonly (keyof Volume)[]; // prettier-ignore

const escalation = ofContainers(
  'allowPrivilegeEscalation != false',
  ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  'must set securityContext.allowPrivilegeEscalation=false',
);

/** The restricted level: what hardening asks of a pod, beside the baseline. */
export const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, check: escalation },
      { since: 25, check: notOnWindows(escalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    overrides: 'capabilities_baseline',
    versions: [
      { since: 22, check: capabilities },
      { since: 25, check: notOnWindows(capabilities) },
    ],
  },
  { id: 'procMount_restricted', overrides: 'procMount', versions: [{ since: 35, check: procMount }] },
  { id: 'restrictedVolumes', overrides: 'hostPathVolumes', versions: [{ since: 0, check: volumes }] },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, check: runAsNonRoot },
      { since: 35, check: notInUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, check: runAsUser },
      { since: 35, check: notInUserNamespace(runAsUser) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    overrides: 'seccompProfile_baseline',
    versions: [
      { since: 19, check: seccomp },
      { since: 25, check: notOnWindows(seccomp) },
    ],
  },
];

function capabilities(spec: PodSpec): ReturnType<CheckPod> {
  const added = ({ securityContext }: Container): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE');
  const keeping = namesOf(spec, ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  const adding = namesOf(spec, (container) => added(container).length > 0);
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const what = quoted(sortedSet(containersOf(spec).flatMap(added)));
    details.push(`${namedContainers(adding)} must not include ${what} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function volumes(spec: PodSpec): ReturnType<CheckPod> {
  const bad = (spec.volumes ?? []).filter((volume) => VOLUMES.every((type) => volume[type] === undefined));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map((volume) => OTHER_VOLUMES.find((type) => volume[type] !== undefined) ?? 'unknown'));
  const names = bad.map(({ name }) => name);
  const uses = `${plural('uses', names.length, 'use')} ${plural('restricted volume type', types.length)}`;
  return { reason: 'restricted volume types', detail: `${plural('volume', names.length)} ${quoted(names)} ${uses} ${quoted(types)}` };
}

function runAsNonRoot(spec: PodSpec): ReturnType<CheckPod> {
  const reason = 'runAsNonRoot != true';
  const pod = spec.securityContext?.runAsNonRoot;
  const own = ({ securityContext }: Container): boolean | undefined => securityContext?.runAsNonRoot;
  const who = setters(
    pod === false,
    namesOf(spec, (container) => own(container) === false),
  );
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  const silent = pod === true ? [] : namesOf(spec, (container) => own(container) === undefined);
  return silent.length === 0
    ? undefined
    : { reason, detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(spec: PodSpec): ReturnType<CheckPod> {
  const who = setters(
    spec.securityContext?.runAsUser === 0,
    namesOf(spec, ({ securityContext }) => securityContext?.runAsUser === 0),
  );
  return who.length === 0 ? undefined : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
}

function seccomp(spec: PodSpec): ReturnType<CheckPod> {
  const reason = 'seccompProfile';
  const pod = spec.securityContext?.seccompProfile?.type;
  const own = ({ securityContext }: Container): string | undefined => securityContext?.seccompProfile?.type;
  const bad = (type: string | undefined): type is string => type !== undefined && !isAllowedSeccomp(type);
  const who = setters(
    bad(pod),
    namesOf(spec, (container) => bad(own(container))),
  );
  if (who.length > 0) {
    const values = quoted(sortedSet([pod, ...containersOf(spec).map(own)].filter(bad)));
    return { reason, detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${values}` };
  }
  const silent = pod === undefined ? namesOf(spec, (container) => own(container) === undefined) : [];
  return silent.length === 0
    ? undefined
    : {
        reason,
        detail: `pod or ${namedContainers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      };
}
