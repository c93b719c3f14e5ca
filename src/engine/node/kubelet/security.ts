import type { Container, Pod } from '../../api/generated/types.ts';
import type { ContainerSecurity } from '../runtime/cri.ts';

// --root-dir and its directory of profiles.
const SECCOMP_PROFILES = '/var/lib/kubelet/seccomp';

/** What a container's processes may do, as the runtime is told: the container's own word goes before the pod's. Undefined: as usual. */
export function containerSecurity({ spec }: Pod, { securityContext: own = {} }: Container): ContainerSecurity | undefined {
  const pod = spec?.securityContext ?? {};
  if (Object.keys(own).length === 0 && pod.seccompProfile === undefined && pod.appArmorProfile === undefined) return undefined;
  const privileged = own.privileged === true;
  const seccomp = own.seccompProfile ?? pod.seccompProfile;
  const appArmor = own.appArmorProfile ?? pod.appArmorProfile;
  return {
    privileged,
    add: own.capabilities?.add ?? [],
    drop: own.capabilities?.drop ?? [],
    // securitycontext.AddNoNewPrivileges: only an explicit `false` asks for it.
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    // Without `seccompDefault` in the kubelet's configuration nothing is filtered unless a profile is named.
    seccomp: privileged ? 'unconfined' : seccomp?.type === 'RuntimeDefault' ? 'default' : 'unconfined',
    ...(!privileged && seccomp?.type === 'Localhost' ? { seccompFile: `${SECCOMP_PROFILES}/${seccomp.localhostProfile ?? ''}` } : {}),
    ...(!privileged && appArmor?.type === 'Localhost' ? { appArmorProfile: appArmor.localhostProfile ?? '' } : {}),
  };
}
