import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

/** PEM texts for one run of the server: they live in memory and in the kubeconfig, and die with them. */
export interface Certificates {
  readonly ca: string;
  /** The CA's secret number in hexadecimal: with it the cluster signs what its own signers approve. */
  readonly caKey: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly adminCert: string;
  readonly adminKey: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR = 365 * 24 * 3600 * 1000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** Makes a CA, a server certificate for the names given, and an administrator's client certificate (user = CN, groups = O). */
export async function makeCertificates(
  names: readonly string[],
  admin: { user: string; groups: readonly string[] },
): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const caKeys = await newKeys();
  const caName = 'CN=kubernotes-ca';
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: caName,
    // Valid at whatever time a scenario plays: pods check it by virtual time.
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2049-12-31T00:00:00Z'),
    signingAlgorithm: ALGORITHM,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const issue = async (
    serialNumber: string,
    subject: x509.JsonName | string,
    extensions: x509.Extension[],
  ): Promise<{ cert: string; key: string }> => {
    const keys = await newKeys();
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber,
      subject,
      issuer: caName,
      ...validity(),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...extensions,
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as unknown as webcrypto.CryptoKey);
    return { cert: textOf(cert), key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
  };
  const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':');
  const server = await issue('02', 'CN=kube-apiserver', [
    new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
    ),
  ]);
  const client = await issue(
    '03',
    [...admin.groups.map((group) => ({ O: [group] })), { CN: [admin.user] }],
    [new x509.ExtendedKeyUsageExtension([CLIENT_AUTH])],
  );
  const { d = '' } = await webcrypto.subtle.exportKey('jwk', caKeys.privateKey as unknown as webcrypto.CryptoKey);
  const caKey = Buffer.from(d, 'base64url').toString('hex');
  return { ca: textOf(ca), caKey, serverCert: server.cert, serverKey: server.key, adminCert: client.cert, adminKey: client.key };
}

/** As a file, which ends with its line: so it stands in every `ca.crt`. */
const textOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;

async function newKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as unknown as CryptoKeyPair;
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 3600_000), notAfter: new Date(now + YEAR) };
}
