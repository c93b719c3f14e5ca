import {
  AUTHORITIES,
  CERTIFICATES,
  certificateOf,
  kubeconfigText,
  type CertificateKind,
  type ControlPlanePki,
} from '../../engine/api/x509/control-plane-pki.ts';
import { parseCertificates, type Certificate } from '../../engine/api/x509/certificate.ts';
import { newRequest } from '../../engine/api/x509/new-request.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import type { MachineControl } from '../machines.ts';
import { AdminApi, readKubeconfig } from './api.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';
import { PKI, say, seed } from './pki-phase.ts';
import { machineHere, place } from './place.ts';
import { shortDuration } from './token.ts';
import { newCertificateKey } from './upload.ts';

const TRACE = '\nTo see the stack trace of this error execute with --v=5 or higher';
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `kubeadm certs check-expiration|renew|certificate-key|generate-csr`. */
export function* certs(process: Process, machines: MachineControl, [verb, ...args]: readonly string[]): Task<number> {
  const { flags, operands } = readArguments(args, {
    values: ['kubeconfig', 'kubeconfig-dir', 'cert-dir'],
    switches: [],
    refused: ['config', 'o', 'output'],
  });
  if (verb === 'certificate-key') {
    yield* say(process, newCertificateKey(process));
    return 0;
  }
  const machine = machineHere(process, machines);
  switch (verb) {
    case 'check-expiration':
      yield* readingConfig(process, 'check-expiration', flags.get('kubeconfig'));
      yield* checkExpiration(process);
      return 0;
    case 'renew':
      return yield* renew(process, machines, machine.name, operands, flags.get('kubeconfig'));
    case 'generate-csr':
      yield* generateRequests(process, machine.name, flags.get('cert-dir') ?? PKI);
      return 0;
    default:
      throw new Failure('Usage: kubeadm certs check-expiration | renew all|NAME | certificate-key | generate-csr [--cert-dir DIRECTORY]');
  }
}

/** What kubeadm says when it looks how the cluster is configured, or that it cannot. */
export function* readingConfig(process: Process, command: string, kubeconfig?: string): Task<boolean> {
  let found = false;
  try {
    found = (yield* AdminApi.from(process, kubeconfig).get('/api/v1/namespaces/kube-system/configmaps/kubeadm-config')) !== undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  if (!found) {
    yield* say(process, `[${command}] Error reading configuration from the Cluster. Falling back to default configuration\n`);
    return false;
  }
  yield* say(process, `[${command}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...`);
  yield* say(process, `[${command}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.\n`);
  return true;
}

function* checkExpiration(process: Process): Task<void> {
  const row = (name: string, found: Certificate | undefined, ...more: string[]): string[] => {
    if (found === undefined) return [`!MISSING! ${name}`, '', '', ...more.map(() => ''), ''];
    return [name, date(found.notAfter), shortDuration(found.notAfter - process.now()), ...more, 'no      '];
  };
  const certificates = CERTIFICATES.map((kind) => row(kind.name, certificateAt(process, kind), kind.authority.replace('/', '-')));
  const authorities = AUTHORITIES.toSorted().map((name) => {
    const path = `${PKI}/${name}.crt`;
    return row(name.replace('/', '-'), process.files.exists(path) ? parseCertificates(decode(process.files.read(path)))[0] : undefined);
  });
  yield* writeText(
    process.stdout,
    table([['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED'], ...certificates]),
  );
  yield* say(process, '');
  yield* writeText(process.stdout, table([['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED'], ...authorities]));
}

/** Go's tabwriter with kubeadm's widths. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(7, ...rows.map((row) => (row[i] ?? '').length)) + 3);
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('')}\n`).join('');
}

/** `Jan 05, 2027 09:00 UTC`. */
function date(at: number): string {
  const iso = new Date(at).toISOString();
  return `${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''} ${iso.slice(8, 10)}, ${iso.slice(0, 4)} ${iso.slice(11, 16)} UTC`;
}

/** A certificate as it lies on the disk, alone or in its kubeconfig. */
function certificateAt(process: Process, { file }: CertificateKind): Certificate | undefined {
  const inConfig = file.endsWith('.conf');
  const path = inConfig ? `/etc/kubernetes/${file}` : `${PKI}/${file}.crt`;
  if (!process.files.exists(path)) return undefined;
  const text = decode(process.files.read(path));
  return parseCertificates(inConfig ? (readKubeconfig(text).tls.cert ?? '') : text)[0];
}

function* renew(
  process: Process,
  machines: MachineControl,
  machine: string,
  [which, ...rest]: readonly string[],
  kubeconfig: string | undefined,
): Task<number> {
  const wanted = which === 'all' ? CERTIFICATES : CERTIFICATES.filter(({ name }) => name === which);
  if (wanted.length === 0 || rest.length > 0)
    throw new Failure(`kubeadm certs renew: there are all, ${CERTIFICATES.map(({ name }) => name).join(', ')}`);
  const pki = machines.controlPlane(machine);
  yield* readingConfig(process, 'renew', kubeconfig);
  for (const kind of wanted) {
    if (certificateAt(process, kind) === undefined) {
      yield* say(process, `MISSING! ${kind.about}`);
      continue;
    }
    if (typeof pki === 'string') throw new Failure(`kubeadm: ${pki}`);
    if (!process.files.exists(`${PKI}/${kind.authority}.key`)) {
      yield* say(process, `Detected external ${kind.authority}, ${kind.about} can't be renewed`);
      continue;
    }
    renewCertificate(process, pki, kind);
    yield* say(process, `${kind.about} renewed`);
  }
  if (which === 'all')
    yield* say(
      process,
      '\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.',
    );
  return 0;
}

/** A new pair in the place of the old one, for the same names; false where there is none. */
export function renewCertificate(process: Process, pki: ControlPlanePki, kind: CertificateKind): boolean {
  const old = certificateAt(process, kind);
  if (old === undefined) return false;
  const own = pki.namesOf(kind);
  const more = [...old.dnsNames, ...old.ipAddresses].filter(
    (name) => ![...(own?.dnsNames ?? []), ...(own?.ipAddresses ?? [])].includes(name),
  );
  const made = pki.issue(kind, seed(process, kind.file), process.now(), more);
  if (!kind.file.endsWith('.conf')) {
    place(process, `${PKI}/${kind.file}.crt`, made.certificate, 0o644);
    place(process, `${PKI}/${kind.file}.key`, made.key);
    return true;
  }
  const path = `/etc/kubernetes/${kind.file}`;
  const { server } = readKubeconfig(decode(process.files.read(path)));
  place(process, path, kubeconfigText(server, pki.authority('ca').certificate, kind.commonName ?? '', made));
  return true;
}

/** Keys, and requests that another authority may sign. */
function* generateRequests(process: Process, machine: string, directory: string): Task<void> {
  for (const { file } of CERTIFICATES) {
    if (file.endsWith('.conf')) continue;
    const path = `${directory}/${file}`;
    if (process.files.exists(`${path}.key`)) throw new Failure(`couldn't save CSR and key: ${path}.key: key file exists already${TRACE}`);
    const { commonName = machine, organizations = [] } = certificateOf(file);
    const { request, key } = newRequest({ commonName, organizations, seed: seed(process, file) });
    place(process, `${path}.csr`, request, 0o600);
    place(process, `${path}.key`, key);
  }
}
