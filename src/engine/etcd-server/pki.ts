import { newAuthority, type Authority } from '../api/x509/certificate-authority.ts';
import { certify, type CertificateAndKey, type Holder } from '../api/x509/serving-certificate.ts';
import type { MemoryFiles } from '../os/files.ts';
import type { Simulation } from '../sim/simulation.ts';
import { HOUR, MINUTE } from '../sim/time.ts';

const YEAR = 365 * 24 * HOUR;
const USAGES = ['digital signature', 'key encipherment'];
/** Whom the API server's certificate names: etcd's user, where etcd has users. */
export const API_SERVER = 'kube-apiserver-etcd-client';

/** etcd's own authority and the certificates that kubeadm has it sign. Each is made when somebody first wants it: curves take long. */
export class EtcdPki {
  readonly #made = new Map<string, CertificateAndKey>();
  #authority: Authority | undefined;

  constructor(
    readonly sim: Simulation,
    /** Name and address of the machine. */
    readonly machine: string,
    readonly address: string,
  ) {}

  get authority(): Authority {
    const { sim } = this;
    return (this.#authority ??= newAuthority({
      seed: `etcd/ca/${sim.seed}`,
      name: 'etcd-ca',
      notBefore: sim.start - 5 * MINUTE,
      notAfter: sim.start + 10 * YEAR,
    }));
  }

  /** `server`, `peer`, `healthcheck-client`, or `apiserver-etcd-client`. */
  pair(name: string): CertificateAndKey {
    let pair = this.#made.get(name);
    if (pair === undefined) this.#made.set(name, (pair = certify(this.authority, this.#holder(name))));
    return pair;
  }

  /** What a member on another machine shows at its ports. */
  serving(machine: string, address: string): CertificateAndKey {
    const name = `server/${machine}`;
    let pair = this.#made.get(name);
    if (pair === undefined) this.#made.set(name, (pair = certify(this.authority, this.#member(name, machine, address))));
    return pair;
  }

  /** Puts them where kubeadm does, below /etc/kubernetes/pki. */
  install(pki: MemoryFiles): void {
    pki.device('/etcd/ca.crt', { read: () => this.authority.certificate });
    // The secret number as it is: nobody here signs with this file.
    for (const name of ['server', 'peer', 'healthcheck-client']) {
      pki.device(`/etcd/${name}.crt`, { read: () => this.pair(name).certificate });
      pki.device(`/etcd/${name}.key`, { read: () => this.pair(name).key });
    }
    pki.device('/apiserver-etcd-client.crt', { read: () => this.pair('apiserver-etcd-client').certificate });
    pki.device('/apiserver-etcd-client.key', { read: () => this.pair('apiserver-etcd-client').key });
  }

  #holder(name: string): Holder {
    if (name === 'server' || name === 'peer') return this.#member(name, this.machine, this.address);
    const commonName = name === 'healthcheck-client' ? 'kube-etcd-healthcheck-client' : API_SERVER;
    return { commonName, usages: [...USAGES, 'client auth'], ...this.#span(name) };
  }

  #member(name: string, machine: string, address: string): Holder {
    const names = { dnsNames: [machine, 'localhost'], ipAddresses: [address, '127.0.0.1'] };
    return { commonName: machine, ...names, usages: [...USAGES, 'server auth', 'client auth'], ...this.#span(name) };
  }

  #span(name: string): Pick<Holder, 'notBefore' | 'notAfter' | 'seed'> {
    const { sim } = this;
    return { notBefore: sim.start - 5 * MINUTE, notAfter: sim.start + YEAR, seed: `etcd/${name}/${sim.seed}` };
  }
}
