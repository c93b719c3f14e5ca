/** Linux capabilities by number (capabilities(7)). */
const NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  );

/** What the processes of a machine, or of a container, may do beyond what any user may. */
export interface Confinement {
  /** What a process of root has, without `CAP_`; others have none until a program gives them some. */
  readonly capabilities: ReadonlySet<string>;
  readonly noNewPrivileges: boolean;
  /** System calls are filtered. */
  readonly seccomp: boolean;
  readonly readOnlyRoot: boolean;
  /** `net.ipv4.ping_group_range`: whether ICMP echoes need no capability. */
  readonly everybodyPings: boolean;
}

export const ALL_CAPABILITIES: ReadonlySet<string> = new Set(NAMES);

/** What a machine's own processes may do. systemd lets everybody ping (sysctl.d/50-default.conf). */
export const UNCONFINED: Confinement = {
  capabilities: ALL_CAPABILITIES,
  noNewPrivileges: false,
  seccomp: false,
  readOnlyRoot: false,
  everybodyPings: true,
};

/** `00000000a80425fb` */
export function capabilityMask(capabilities: ReadonlySet<string>): string {
  let mask = 0n;
  for (const [bit, name] of NAMES.entries()) if (capabilities.has(name)) mask |= 1n << BigInt(bit);
  return mask.toString(16).padStart(16, '0');
}

/** What `/proc/PID/status` says of who a process is and what it may do. */
export function statusLines(pid: number | undefined, user: string, confinement: Confinement): string {
  const { capabilities, noNewPrivileges, seccomp } = confinement;
  const id = user === 'root' ? '0' : /^\d+$/.test(user) ? user : '1000';
  const [none, all] = [capabilityMask(new Set()), capabilityMask(capabilities)];
  const has = id === '0' ? all : none;
  const lines: [string, string][] = [
    ...(pid === undefined ? [] : ([['Pid', String(pid)]] as [string, string][])),
    ['Uid', Array(4).fill(id).join('\t')],
    ['CapInh', none],
    ['CapPrm', has],
    ['CapEff', has],
    ['CapBnd', all],
    ['CapAmb', none],
    ['NoNewPrivs', noNewPrivileges ? '1' : '0'],
    ['Seccomp', seccomp ? '2' : '0'],
    ['Seccomp_filters', seccomp ? '1' : '0'],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join('');
}
