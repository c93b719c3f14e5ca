import { kubeconfigText } from '../../engine/api/x509/control-plane-pki.ts';
import { certify } from '../../engine/api/x509/serving-certificate.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { MachineControl } from '../machines.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';
import { PKI, seed } from './pki-phase.ts';
import { machineHere } from './place.ts';
import { lifetime } from './token.ts';

const YEAR = '8760h';

/** `kubeadm kubeconfig user --client-name NAME [--org GROUP,…] [--validity-period 8760h]`: a kubeconfig for somebody else. */
export function* kubeconfigUser(process: Process, machines: MachineControl, [verb, ...args]: readonly string[]): Task<number> {
  if (verb !== 'user') throw new Failure('Usage: kubeadm kubeconfig user --client-name NAME [--org GROUP,...] [--validity-period 8760h]');
  const { flags } = readArguments(args, { values: ['client-name', 'org', 'validity-period'], switches: [], refused: ['config', 'token'] });
  const name = flags.get('client-name');
  if (name === undefined)
    throw new Failure('required flag(s) "client-name" not set\nTo see the stack trace of this error execute with --v=5 or higher');
  const machine = machineHere(process, machines);
  const pki = machines.controlPlane(machine.name);
  if (typeof pki === 'string' || !process.files.exists(`${PKI}/ca.key`))
    throw new Failure(
      `couldn't load CA certificate: couldn't load the private key file ${PKI}/ca.key: open ${PKI}/ca.key: no such file or directory\nTo see the stack trace of this error execute with --v=5 or higher`,
    );
  const now = process.now();
  const authority = pki.authority('ca');
  const made = certify(authority, {
    commonName: name,
    organizations: flags.get('org')?.split(',') ?? [],
    usages: ['digital signature', 'key encipherment', 'client auth'],
    notBefore: now - 300_000,
    notAfter: now + lifetime(flags.get('validity-period') ?? YEAR),
    seed: seed(process, name),
  });
  yield* writeText(process.stdout, kubeconfigText(`https://${machine.address}:6443`, authority.certificate, name, made));
  return 0;
}
