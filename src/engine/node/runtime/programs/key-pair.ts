import { parseCertificates } from '../../../api/x509/certificate.ts';
import { keyRefusal } from '../../../api/x509/private-key.ts';
import type { FileSystem } from '../../../os/process.ts';
import { decode } from '../../../os/text.ts';

/** Go's `tls.LoadX509KeyPair`: the certificate to show, in PEM. Throws `Error` with its sentence. */
export function loadKeyPair(files: FileSystem, certificateFile: string, keyFile: string): string {
  const read = (path: string): string => {
    if (path === '' || !files.exists(path)) throw new Error(`open ${path}: no such file or directory`);
    if (files.stat(path).type === 'directory') throw new Error(`read ${path}: is a directory`);
    return decode(files.read(path));
  };
  const certificate = read(certificateFile);
  const key = read(keyFile);
  const [leaf] = parseCertificates(certificate);
  if (leaf === undefined) throw new Error('tls: failed to find any PEM data in certificate input');
  const refusal = keyRefusal(leaf, key);
  if (refusal !== undefined) throw new Error(refusal);
  return certificate;
}
