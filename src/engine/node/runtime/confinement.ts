import { ALL_CAPABILITIES, type Confinement } from '../../os/capabilities.ts';
import type { ContainerConfig, ContainerSecurity } from './cri.ts';

// oci.populateDefaultUnixSpec: what containerd leaves to root in a container.
const DEFAULT =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(' ');

const USUAL: Confinement = {
  capabilities: new Set(DEFAULT),
  noNewPrivileges: false,
  seccomp: false,
  readOnlyRoot: false,
  everybodyPings: false,
};

const PINGING: Confinement = { ...USUAL, everybodyPings: true };

/** What a container's processes may do. */
export function confinementOf(
  { security, readOnlyRoot }: Pick<ContainerConfig, 'security' | 'readOnlyRoot'>,
  everybodyPings = false,
): Confinement {
  if (security === undefined && !readOnlyRoot) return everybodyPings ? PINGING : USUAL;
  const filtered = security?.seccomp === 'default' || security?.seccompFile !== undefined;
  return {
    capabilities: capabilitiesOf(security),
    noNewPrivileges: security?.noNewPrivileges === true,
    seccomp: filtered,
    readOnlyRoot,
    everybodyPings,
  };
}

/** `ALL` first, then what is named: what is both added and dropped is dropped. */
function capabilitiesOf(security: ContainerSecurity | undefined): ReadonlySet<string> {
  if (security === undefined) return USUAL.capabilities;
  if (security.privileged) return ALL_CAPABILITIES;
  const names = (given: readonly string[]): Set<string> => new Set(given.map((name) => name.toUpperCase().replace(/^CAP_/, '')));
  const [add, drop] = [names(security.add), names(security.drop)];
  const granted = new Set(drop.has('ALL') ? [] : add.has('ALL') ? ALL_CAPABILITIES : DEFAULT);
  for (const name of add) if (name !== 'ALL') granted.add(name);
  for (const name of drop) granted.delete(name);
  return granted;
}
