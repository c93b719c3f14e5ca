import { describe, expect, it } from 'vitest';
import { newAuthority } from './certificate-authority.ts';
import { parseCertificates } from './certificate.ts';
import { keyRefusal } from './private-key.ts';
import { certify, selfSigned } from './serving-certificate.ts';
import { CA, LEGACY, LEGACY_KEY, LEGACY_KEY_PKCS8, SERVER, SERVER_KEY } from './test-certificates.ts';
import { CertificateError, verifyChain, type Purpose } from './verify.ts';

const NOW = Date.UTC(2027, 0, 1);

function verdict(chain: string, roots: string, name?: string, now = NOW, purpose: Purpose = 'server auth'): [string, string] | 'good' {
  try {
    verifyChain({
      chain: parseCertificates(chain),
      roots: parseCertificates(roots),
      now,
      purpose,
      ...(name === undefined ? {} : { name }),
    });
    return 'good';
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return [error.problem, error.message];
  }
}

describe('a certificate of openssl', () => {
  it('is read', () => {
    expect(parseCertificates(SERVER)[0]).toMatchObject({
      commonName: 'hook.default.svc',
      dnsNames: ['hook.default.svc', '*.hook.example'],
      ipAddresses: ['10.0.0.9'],
      issuerText: 'O=Notes; CN=webhook-ca',
      isAuthority: undefined,
      version: 3,
    });
    expect(parseCertificates(`${SERVER}${CA}`)[1]).toMatchObject({ isAuthority: true, organizations: ['Notes'] });
  });

  it('is good for its names, its time and its purpose', () => {
    for (const name of ['hook.default.svc', 'HOOK.default.svc', 'a.hook.example', '10.0.0.9'])
      expect(verdict(SERVER, CA, name)).toBe('good');
    expect(verdict(SERVER, CA, 'other.default.svc')).toEqual([
      'name',
      'x509: certificate is valid for hook.default.svc, *.hook.example, not other.default.svc',
    ]);
    expect(verdict(SERVER, CA, 'a.b.hook.example')).toMatchObject(['name', {}]);
    expect(verdict(SERVER, CA, '10.0.0.1')).toEqual(['name', 'x509: certificate is valid for 10.0.0.9, not 10.0.0.1']);
    expect(verdict(LEGACY, LEGACY, 'legacy.example')).toEqual([
      'name',
      'x509: certificate relies on legacy Common Name field, use SANs instead',
    ]);
    expect(verdict(LEGACY, LEGACY, '10.0.0.1')).toEqual([
      'name',
      "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    ]);
    expect(verdict(LEGACY, LEGACY)).toBe('good');
    expect(verdict(SERVER, CA, 'hook.default.svc', Date.UTC(2040, 0, 1))).toMatchObject([
      'expired',
      expect.stringMatching(
        /^x509: certificate has expired or is not yet valid: current time 2040-01-01T00:00:00Z is after 20\d\d-/,
      ) as string,
    ]);
    expect(verdict(SERVER, CA, 'hook.default.svc', Date.UTC(2020, 0, 1))).toMatchObject(['not yet valid', {}]);
    expect(verdict(SERVER, CA, undefined, NOW, 'client auth')).toEqual([
      'purpose',
      'x509: certificate specifies an incompatible key usage',
    ]);
  });

  it('needs somebody who is trusted', () => {
    const unknown = 'x509: certificate signed by unknown authority';
    expect(verdict(SERVER, '')).toEqual(['unknown authority', unknown]);
    expect(verdict(`${SERVER}${CA}`, LEGACY)).toEqual(['self-signed in chain', unknown]);
    expect(verdict(LEGACY, CA)).toEqual(['self-signed', unknown]);
  });
});

describe('an authority of the cluster', () => {
  const span = { notBefore: NOW - 1000, notAfter: NOW + 1000 };
  const authority = newAuthority({ seed: 'a', name: 'kubernetes', ...span });
  const server = { commonName: 'x', dnsNames: ['x'], usages: ['server auth'], seed: 's', ...span };

  it('certifies keys', () => {
    const { certificate, key } = certify(authority, server);
    expect(verdict(certificate, authority.certificate, 'x')).toBe('good');
    expect(keyRefusal(parseCertificates(certificate)[0] as never, key)).toBeUndefined();
    const own = selfSigned('localhost', NOW, 'm');
    expect(verdict(own.certificate, own.certificate, 'localhost')).toBe('good');
    expect(verdict(own.certificate, authority.certificate, 'localhost')).toMatchObject(['self-signed in chain', {}]);
  });

  it('is not another of the same name', () => {
    const other = newAuthority({ seed: 'b', name: 'kubernetes', ...span });
    expect(verdict(certify(other, server).certificate, authority.certificate, 'x')).toEqual([
      'unknown authority',
      'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "kubernetes")',
    ]);
    // Who is no authority signs nothing.
    const { certificate, key } = certify(authority, { ...server, seed: 'z', commonName: 'z' });
    expect(key).toContain('EC PRIVATE KEY');
    expect(verdict(certificate, certify(authority, server).certificate, 'x')).toMatchObject(['unknown authority', {}]);
  });
});

it('a key belongs to its certificate', () => {
  const [server, legacy] = [parseCertificates(SERVER)[0], parseCertificates(LEGACY)[0]];
  if (server === undefined || legacy === undefined) throw new Error('no certificates');
  expect(keyRefusal(server, SERVER_KEY)).toBeUndefined();
  expect(keyRefusal(legacy, LEGACY_KEY)).toBeUndefined();
  expect(keyRefusal(legacy, LEGACY_KEY_PKCS8)).toBeUndefined();
  expect(keyRefusal(legacy, SERVER_KEY)).toBe('tls: private key does not match public key');
  expect(keyRefusal(legacy, 'x')).toBe('tls: failed to find any PEM data in key input');
});
