import {
  certificateOf,
  kubeconfigText,
  type AuthorityName,
  type CertificateKind,
  type ControlPlanePki,
} from '../../engine/api/x509/control-plane-pki.ts';
import { parseCertificates } from '../../engine/api/x509/certificate.ts';
import { keyText } from '../../engine/api/x509/private-key.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { phaseFailure } from './failure.ts';
import { place } from './place.ts';

export const PKI = '/etc/kubernetes/pki';
const CONFIG = '/etc/kubernetes';

export interface PkiWork {
  readonly process: Process;
  readonly pki: ControlPlanePki;
  /** Names and addresses that the API server has besides. */
  readonly names: readonly string[];
  /** Under which the files go: empty, or the directory of a dry run. */
  readonly root?: string;
}

/** In the order of `kubeadm init`: an authority, then what it signs. */
const ORDER: readonly (readonly [AuthorityName, readonly string[]])[] = [
  ['ca', ['apiserver', 'apiserver-kubelet-client']],
  ['front-proxy-ca', ['front-proxy-client']],
  ['etcd/ca', ['etcd/server', 'etcd/peer', 'etcd/healthcheck-client', 'apiserver-etcd-client']],
];

/** What `kubeadm init phase certs` calls its parts: `etcd-server` for `etcd/server`. */
export const CERTS_PHASES: readonly string[] = [
  ...ORDER.flatMap(([ca, files]) => [ca, ...files]).map((file) => file.replace('/', '-')),
  'sa',
];

/** Phase `certs`, or one part of it. */
export function* makeCertificates(work: PkiWork, only?: string): Task<void> {
  const { process, root = '' } = work;
  const wanted = (file: string): boolean => only === undefined || only === file.replace('/', '-');
  if (only === undefined) yield* say(process, `[certs] Using certificateDir folder "${PKI}"`);
  for (const [authority, files] of ORDER) {
    if (wanted(authority)) yield* makeAuthority(work, authority);
    for (const file of files) if (wanted(file)) yield* makeCertificate(work, file);
  }
  if (!wanted('sa')) return;
  const [key, pub] = [`${root}${PKI}/sa.key`, `${root}${PKI}/sa.pub`];
  if (process.files.exists(key)) return yield* say(process, '[certs] Using the existing "sa" key');
  place(process, key, work.pki.text('sa.key'));
  place(process, pub, work.pki.text('sa.pub'), 0o644);
  yield* say(process, '[certs] Generating "sa" key and public key');
}

/** What a joining control plane needs beside what it shares with the others: the authorities are there. */
export function* makeJoiningCertificates(work: PkiWork): Task<void> {
  const { process } = work;
  yield* say(process, `[certs] Using certificateDir folder "${PKI}"`);
  for (const [authority, files] of ORDER) {
    requireOurs(work, authority);
    for (const file of files) yield* makeCertificate(work, file);
  }
  yield* say(process, `[certs] Valid certificates and keys now exist in "${PKI}"`);
  yield* say(process, '[certs] Using the existing "sa" key');
}

/** Throws `Failure` for an authority that the cluster does not know. */
function requireOurs({ process, pki, root = '' }: PkiWork, name: AuthorityName): void {
  const path = `${root}${PKI}/${name}.crt`;
  if (decode(process.files.read(path)) === pki.authority(name).certificate) return;
  throw phaseFailure(
    `certs/${name.replace('/', '-')}`,
    `kubeadm: an authority of one's own is not modelled here: ${path} is not this cluster's`,
  );
}

function* makeAuthority(work: PkiWork, name: AuthorityName): Task<void> {
  const { process, pki, root = '' } = work;
  const path = `${root}${PKI}/${name}`;
  const { certificate, key } = pki.authority(name);
  if (process.files.exists(`${path}.crt`)) {
    requireOurs(work, name);
    return yield* say(process, `[certs] Using existing ${name} certificate authority`);
  }
  place(process, `${path}.crt`, certificate, 0o644);
  place(process, `${path}.key`, keyText(key));
  yield* say(process, `[certs] Generating "${name}" certificate and key`);
}

function* makeCertificate({ process, pki, names, root = '' }: PkiWork, file: string): Task<void> {
  const path = `${root}${PKI}/${file}`;
  const kind = certificateOf(file);
  if (process.files.exists(`${path}.crt`)) return yield* say(process, `[certs] Using existing ${file} certificate and key on disk`);
  if (!process.files.exists(`${root}${PKI}/${kind.authority}.key`))
    throw phaseFailure(
      `certs/${file.replace('/', '-')}`,
      `couldn't load CA certificate ${kind.authority}: couldn't load the private key file ${root}${PKI}/${kind.authority}.key: open ${root}${PKI}/${kind.authority}.key: no such file or directory`,
    );
  const made = pki.issue(kind, seed(process, file), process.now(), kind.serves === 'kubernetes' ? names : []);
  place(process, `${path}.crt`, made.certificate, 0o644);
  place(process, `${path}.key`, made.key);
  yield* say(process, `[certs] Generating "${file}" certificate and key`);
  const served = parseCertificates(made.certificate)[0];
  if (kind.serves !== undefined && served !== undefined)
    yield* say(
      process,
      `[certs] ${file} serving cert is signed for DNS names [${served.dnsNames.toSorted().join(' ')}] and IPs [${served.ipAddresses.join(' ')}]`,
    );
}

/** The kubeconfigs of a control plane, as `kubeadm init phase kubeconfig` calls them. */
export const KUBECONFIGS = ['admin', 'super-admin', 'kubelet', 'controller-manager', 'scheduler'] as const;
type Kubeconfig = (typeof KUBECONFIGS)[number];

/** Phase `kubeconfig`. The parts of a machine speak with the server of their own, administrators with the endpoint. */
export function* makeKubeconfigs(
  { process, pki, root = '' }: PkiWork,
  { endpoint, which = KUBECONFIGS }: { endpoint: string; which?: readonly Kubeconfig[] },
): Task<void> {
  const { machine, address } = pki.options;
  for (const name of which) {
    const file = `${name}.conf`;
    const path = `${root}${CONFIG}/${file}`;
    if (process.files.exists(path)) {
      yield* say(process, `[kubeconfig] Using existing kubeconfig file: "${path}"`);
      continue;
    }
    const kind = kubeconfigKind(file, machine);
    const own = name === 'controller-manager' || name === 'scheduler';
    const server = `https://${own ? `${address}:6443` : endpoint}`;
    const made = pki.issue(kind, seed(process, file), process.now());
    place(process, path, kubeconfigText(server, pki.authority('ca').certificate, kind.commonName ?? '', made));
    yield* say(process, `[kubeconfig] Writing "${file}" kubeconfig file`);
  }
}

function kubeconfigKind(file: string, machine: string): CertificateKind {
  if (file !== 'kubelet.conf') return certificateOf(file);
  const commonName = `system:node:${machine}`;
  return { name: file, file, authority: 'ca', about: '', commonName, organizations: ['system:nodes'], client: true };
}

export function seed(process: Process, what: string): string {
  return `kubeadm/${process.hostname}/${what}/${process.now()}/${process.random(2 ** 30)}`;
}

export function say(process: Process, text: string): Task<void> {
  return writeText(process.stdout, `${text}\n`);
}
