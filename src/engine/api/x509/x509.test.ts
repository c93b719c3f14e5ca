import { describe, expect, it } from 'vitest';
import { endOf, issueCertificate, newAuthority } from './certificate-authority.ts';
import { parseCertificateRequest } from './certificate-request.ts';
import { elementsOf } from './der.ts';
import { pem, pemBlock } from './pem.ts';
import { practiceAuthority, SEED } from './practice-authority.ts';
import { JANE, JOE, NODE } from './test-requests.ts';

describe('a certificate request', () => {
  it('says who asks, and for which names', () => {
    const request = parseCertificateRequest(JANE);
    expect(request).toMatchObject({
      commonName: 'jane',
      organizations: ['devs', 'ops'],
      dnsNames: ['jane.example'],
      emailAddresses: ['j@example.com'],
      uris: [],
    });
    expect(request.ipAddresses.map((address) => [...address])).toEqual([[10, 0, 0, 1]]);
  });

  it.each([JANE, NODE])('is signed with the key that it is for', (text) => {
    expect(() => parseCertificateRequest(text).checkSignature()).not.toThrow();
    // One bit of the common name, which comes soon after the start.
    const bytes = Uint8Array.from(pemBlock(text, 'CERTIFICATE REQUEST') ?? []);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    expect(() => parseCertificateRequest(pem(bytes, 'CERTIFICATE REQUEST')).checkSignature()).toThrow(/verification/);
  });

  it('of an algorithm that is not known is refused in words', () => {
    expect(() => parseCertificateRequest(JOE).checkSignature()).toThrow('x509: cannot verify signature: algorithm unimplemented');
  });
});

describe('the authority', () => {
  const limits = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2049, 11, 31) };

  it('of practice is made of its seed', () => {
    expect(newAuthority({ seed: SEED, name: 'kubernetes', ...limits })).toEqual(practiceAuthority());
    expect(endOf(practiceAuthority())).toBe(limits.notAfter);
  });

  it('issues the same certificate for the same question', () => {
    const issue = (): string =>
      issueCertificate(practiceAuthority(), {
        request: parseCertificateRequest(JANE),
        usages: ['client auth', 'digital signature'],
        notBefore: Date.UTC(2026, 0, 1),
        notAfter: Date.UTC(2027, 0, 1),
        serial: Uint8Array.of(1, 2, 3),
      });
    expect(issue()).toBe(issue());
    const [signed] = elementsOf(elementsOf(pemBlock(issue(), 'CERTIFICATE') ?? new Uint8Array())[0]?.content ?? new Uint8Array());
    const [, serial, , , validity, subject] = elementsOf(signed?.content ?? new Uint8Array());
    expect([...(serial?.content ?? [])]).toEqual([1, 2, 3]);
    expect(new TextDecoder().decode(validity?.content)).toContain('260101000000Z');
    expect(subject?.raw).toEqual(parseCertificateRequest(JANE).subject);
  });
});
