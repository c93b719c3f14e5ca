import type { SandboxConfig } from './cri.ts';

/** What a pod's `/etc/hosts` says of names: its own, and those that its spec adds. */
export class EtcHosts {
  constructor(
    readonly config: SandboxConfig,
    readonly ip: string,
  ) {}

  get(name: string): string | undefined {
    const { fqdn, hostname, hostAliases } = this.config;
    return name === hostname || name === fqdn ? this.ip : hostAliases[name];
  }
}
