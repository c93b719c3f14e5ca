import { encodeText } from '../base64.ts';
import { HOUR, MINUTE, type Millis } from '../../sim/time.ts';
import { newAuthority, type Authority } from './certificate-authority.ts';
import { pem } from './pem.ts';
import { keyText, newKeyPair } from './private-key.ts';
import { certify, type CertificateAndKey } from './serving-certificate.ts';

const YEAR = 365 * 24 * HOUR;
/** Of kubeadm: what it signs is good for a year, its authorities for ten. */
const VALIDITY = { certificate: YEAR, authority: 10 * YEAR };

export type AuthorityName = 'ca' | 'front-proxy-ca' | 'etcd/ca';

/** A certificate below /etc/kubernetes/pki, or in a kubeconfig file of /etc/kubernetes. */
export interface CertificateKind {
  /** As `kubeadm certs renew` names it. */
  readonly name: string;
  /** The file below the directory, without `.crt` and `.key`; `admin.conf` for a kubeconfig. */
  readonly file: string;
  readonly authority: AuthorityName;
  readonly about: string;
  /** The machine's own name where it is not said. */
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  /** The names that it proves, beside being a client's. */
  readonly serves?: 'kubernetes' | 'etcd';
  readonly client: boolean;
}

/** kubeadm's certificates, in the order in which it lists them. */
export const CERTIFICATES: readonly CertificateKind[] = [
  { name: 'admin.conf', file: 'admin.conf', authority: 'ca', about: 'certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself', commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'], client: true },
  { name: 'apiserver', file: 'apiserver', authority: 'ca', about: 'certificate for serving the Kubernetes API', commonName: 'kube-apiserver', serves: 'kubernetes', client: false },
  { name: 'apiserver-etcd-client', file: 'apiserver-etcd-client', authority: 'etcd/ca', about: 'certificate the apiserver uses to access etcd', commonName: 'kube-apiserver-etcd-client', client: true },
  { name: 'apiserver-kubelet-client', file: 'apiserver-kubelet-client', authority: 'ca', about: 'certificate for the API server to connect to kubelet', commonName: 'kube-apiserver-kubelet-client', organizations: ['kubeadm:cluster-admins'], client: true },
  { name: 'controller-manager.conf', file: 'controller-manager.conf', authority: 'ca', about: 'certificate embedded in the kubeconfig file for the controller manager to use', commonName: 'system:kube-controller-manager', client: true },
  { name: 'etcd-healthcheck-client', file: 'etcd/healthcheck-client', authority: 'etcd/ca', about: 'certificate for liveness probes to healthcheck etcd', commonName: 'kube-etcd-healthcheck-client', client: true },
  { name: 'etcd-peer', file: 'etcd/peer', authority: 'etcd/ca', about: 'certificate for etcd nodes to communicate with each other', serves: 'etcd', client: true },
  { name: 'etcd-server', file: 'etcd/server', authority: 'etcd/ca', about: 'certificate for serving etcd', serves: 'etcd', client: true },
  { name: 'front-proxy-client', file: 'front-proxy-client', authority: 'front-proxy-ca', about: 'certificate for the front proxy client', commonName: 'front-proxy-client', client: true },
  { name: 'scheduler.conf', file: 'scheduler.conf', authority: 'ca', about: 'certificate embedded in the kubeconfig file for the scheduler manager to use', commonName: 'system:kube-scheduler', client: true },
  { name: 'super-admin.conf', file: 'super-admin.conf', authority: 'ca', about: 'certificate embedded in the kubeconfig file for the super-admin', commonName: 'kubernetes-super-admin', organizations: ['system:masters'], client: true },
]; // prettier-ignore

/** Whom the API server's certificate names: etcd's user, where etcd has users. */
export const API_SERVER = 'kube-apiserver-etcd-client';

export interface PkiOptions {
  /** The cluster's own. */
  readonly authority: Authority;
  readonly seed: number;
  readonly start: Millis;
  /** Name and address of the machine. */
  readonly machine: string;
  readonly address: string;
  /** Of the Service `kubernetes`. */
  readonly serviceIP: string;
}

/** The authorities of a control plane, and the certificates that kubeadm has them sign. Each is made when somebody first wants it: curves take long. */
export class ControlPlanePki {
  readonly #pairs = new Map<string, CertificateAndKey>();
  readonly #authorities = new Map<AuthorityName, Authority>();

  constructor(readonly options: PkiOptions) {}

  authority(name: AuthorityName): Authority {
    const { authority, seed, start } = this.options;
    if (name === 'ca') return authority;
    let made = this.#authorities.get(name);
    if (made === undefined) {
      const span = { notBefore: start - 5 * MINUTE, notAfter: start + VALIDITY.authority };
      made = newAuthority({ seed: `${name}/${seed}`, name: name.replace('/', '-'), ...span });
      this.#authorities.set(name, made);
    }
    return made;
  }

  /** The pair that is there from the start, by its file's name. */
  pair(file: string): CertificateAndKey {
    const { seed, start, machine } = this.options;
    let pair = this.#pairs.get(file);
    if (pair === undefined) {
      const own = file === 'apiserver' ? `kube-apiserver/${machine}` : file.includes('etcd') ? `etcd/${file.replace('etcd/', '')}` : file;
      pair = this.issue(certificateOf(file), `${own}/${seed}`, start);
      this.#pairs.set(file, pair);
    }
    return pair;
  }

  /** A new pair, good from now on. `more`: names and addresses that a server has besides. */
  issue(kind: CertificateKind, seed: string, now: Millis, more: readonly string[] = []): CertificateAndKey {
    const { commonName = this.options.machine, organizations = [], client } = kind;
    const names = this.namesOf(kind, more);
    const usages = [
      'digital signature',
      'key encipherment',
      ...(names === undefined ? [] : ['server auth']),
      ...(client ? ['client auth'] : []),
    ];
    return certify(this.authority(kind.authority), {
      commonName,
      organizations,
      ...names,
      usages,
      notBefore: now - 5 * MINUTE,
      notAfter: now + VALIDITY.certificate,
      seed,
    });
  }

  /** What a member of etcd on another machine shows at its ports. */
  member(machine: string, address: string): CertificateAndKey {
    const name = `server/${machine}`;
    let pair = this.#pairs.get(name);
    if (pair === undefined) {
      const there = new ControlPlanePki({ ...this.options, machine, address });
      pair = there.issue(certificateOf('etcd/server'), `etcd/${name}/${this.options.seed}`, this.options.start);
      this.#pairs.set(name, pair);
    }
    return pair;
  }

  /** What a server's certificate is good for. */
  namesOf({ serves }: CertificateKind, more: readonly string[] = []): { dnsNames: string[]; ipAddresses: string[] } | undefined {
    const { machine, address, serviceIP } = this.options;
    const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
    if (serves === undefined) return undefined;
    const [names, addresses] = serves === 'etcd' ? [['localhost'], [address, '127.0.0.1']] : [service, [serviceIP, address]];
    const isAddress = (text: string): boolean => /^[\d.]+$/.test(text);
    return {
      dnsNames: [...new Set([machine, ...names, ...more.filter((each) => !isAddress(each))])],
      ipAddresses: [...new Set([...addresses, ...more.filter(isAddress)])],
    };
  }

  /** What stands in a file of `FILES` from the start. */
  text(path: string): string {
    const [, file = '', ending] = /^(.*)\.(crt|key|pub)$/.exec(path) ?? [];
    if (AUTHORITIES.includes(file as AuthorityName)) {
      const { certificate, key } = this.authority(file as AuthorityName);
      return ending === 'crt' ? certificate : keyText(key);
    }
    if (file === 'sa') {
      const { key, publicKey } = newKeyPair(`sa/${this.options.seed}`);
      return ending === 'key' ? key : pem(publicKey, 'PUBLIC KEY');
    }
    const pair = this.pair(file);
    return ending === 'crt' ? pair.certificate : pair.key;
  }
}

export const AUTHORITIES: readonly AuthorityName[] = ['ca', 'front-proxy-ca', 'etcd/ca'];

/** What kubeadm puts below /etc/kubernetes/pki. */
export const FILES: readonly string[] = [
  ...[...AUTHORITIES, ...CERTIFICATES.map(({ file }) => file).filter((file) => !file.endsWith('.conf'))].flatMap((file) => [
    `${file}.crt`,
    `${file}.key`,
  ]),
  'sa.key',
  'sa.pub',
];

/** Throws where kubeadm makes no such file. */
export function certificateOf(file: string): CertificateKind {
  const kind = CERTIFICATES.find((each) => each.file === file);
  if (kind === undefined) throw new Error(`kubeadm makes no certificate ${file}`);
  return kind;
}

/** A kubeconfig as kubeadm writes it. */
export function kubeconfigText(
  server: string,
  authority: string,
  user: string,
  { certificate, key }: CertificateAndKey,
  cluster = 'kubernetes',
): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${encodeText(authority)}
    server: ${server}
  name: ${cluster}
contexts:
- context:
    cluster: ${cluster}
    user: ${user}
  name: ${user}@${cluster}
current-context: ${user}@${cluster}
kind: Config
users:
- name: ${user}
  user:
    client-certificate-data: ${encodeText(certificate)}
    client-key-data: ${encodeText(key)}
`;
}
