import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificates } from '../../engine/api/x509/certificate.ts';
import { parseCertificateRequest } from '../../engine/api/x509/certificate-request.ts';
import { verifyChain } from '../../engine/api/x509/verify.ts';
import { NetworkError } from '../../engine/os/process.ts';
import { decode, readerOf } from '../../engine/os/text.ts';
import { Simulation } from '../../engine/sim/simulation.ts';
import { TEST_NETWORK } from '../../shell/test-machine.ts';
import { Workstation } from '../../shell/workstation.ts';
import { openssl } from './openssl.ts';

// What openssl writes is read back by those who check it in the engine: a foreign reader, as far as this program is concerned.
const sim = new Simulation({ seed: 1 });
/** What the server at the other end shows, and how many requests came as far as being asked. */
let serving = '';
let asked = 0;
const net: typeof TEST_NETWORK = {
  ...TEST_NETWORK,
  *http({ url, onProgress }) {
    if (url.includes('closed')) throw new NetworkError('ECONNREFUSED', 'connection refused');
    const certificate = { subject: '', issuer: '', chain: serving, notBefore: 0, notAfter: 0, asksForCertificate: false };
    onProgress?.({ kind: 'server-certificate', certificate });
    onProgress?.({ kind: 'connected', address: '10.0.0.7', port: 443 });
    asked++;
    return { status: 200, headers: {}, body: readerOf('') };
  },
};
const machine = new Workstation({ sim, net, programs: { openssl } });
const session = machine.open('main');
let shown = '';
session.onOutput((bytes) => (shown += decode(bytes)));

function type(line: string): string {
  shown = '';
  session.line(line);
  sim.runFor(60_000);
  return shown;
}
const file = (name: string): string => decode(machine.files.read(`${machine.home}/${name}`));

describe('openssl', () => {
  beforeAll(() => {
    type('openssl genrsa -out jane.key 1024');
    type('openssl req -new -key jane.key -subj "/CN=jane/O=dev/O=ops" -addext "subjectAltName=DNS:web,IP:10.0.0.1" -out jane.csr');
    type('openssl ecparam -name prime256v1 -genkey -noout -out bob.key; openssl req -new -key bob.key -subj /CN=bob -out bob.csr');
    type('openssl req -x509 -newkey ec -nodes -keyout ca.key -subj /CN=my-ca -days 365 -out ca.crt');
    type('openssl x509 -req -in jane.csr -CA ca.crt -CAkey ca.key -days 10 -out jane.crt');
  });
  it('makes requests whose signature holds, for both kinds of keys', () => {
    const jane = parseCertificateRequest(file('jane.csr'));
    expect(jane).toMatchObject({ commonName: 'jane', organizations: ['dev', 'ops'], dnsNames: ['web'] });
    expect(() => jane.checkSignature()).not.toThrow();
    expect(() => parseCertificateRequest(file('bob.csr')).checkSignature()).not.toThrow();
    expect(type('openssl req -in jane.csr -noout -verify -subject')).toBe(
      'Certificate request self-signature verify OK\nsubject=CN=jane, O=dev, O=ops\n',
    );
  });
  it('signs a request as an authority', () => {
    const chain = parseCertificates(file('jane.crt'));
    const roots = parseCertificates(file('ca.crt'));
    expect(() => verifyChain({ chain, roots, now: sim.now, purpose: 'client auth' })).not.toThrow();
    expect(type('openssl x509 -in jane.crt -noout -subject -issuer -enddate')).toMatch(
      /^subject=CN=jane, O=dev, O=ops\nissuer=CN=my-ca\nnotAfter=\w{3} [ \d]\d \d\d:\d\d:\d\d 20\d\d GMT\n$/,
    );
    expect(type('openssl x509 -in jane.crt -noout -checkend 864000; echo $?')).toBe('Certificate will expire\n1\n');
  });
  it('keeps keys to their owner, and refuses what it does not know', () => {
    expect(type('stat -c %a ca.key')).toBe('600\n');
    expect(type('openssl enc -base64 -d -aes-256-cbc; openssl frob; openssl x509 -in .bashrc')).toBe(
      'enc: Unknown option or not modelled here: -aes-256-cbc\nenc: Use -help for summary.\nInvalid command \'frob\'; type "help" for a list.\nCould not read certificate from .bashrc\nUnable to load certificate\n',
    );
  });
  it('verifies against authorities', () => {
    expect(type('openssl verify -CAfile ca.crt jane.crt; openssl verify jane.crt; echo $?; openssl verify -CAfile ca.crt ca.crt')).toBe(
      'jane.crt: OK\nCN=jane, O=dev, O=ops\nerror 20 at 0 depth lookup: unable to get local issuer certificate\nerror jane.crt: verification failed\n2\nca.crt: OK\n',
    );
  });
  it('shows who is at the other end, and asks nothing of it', () => {
    serving = file('jane.crt');
    expect(type('openssl s_client -connect web:443 </dev/null 2>/dev/null | openssl x509 -noout -subject')).toBe(
      'subject=CN=jane, O=dev, O=ops\n',
    );
    const lines = type('openssl s_client -connect web:443 </dev/null 2>&1 | grep -i verif').split('\n');
    expect(lines).toContain('Verify return code: 21 (unable to verify the first certificate)');
    expect(type('openssl s_client -connect web:443 -CAfile ca.crt </dev/null 2>&1 | grep -i verif')).toBe(
      'verify return:1\nVerification: OK\nVerify return code: 0 (ok)\n',
    );
    expect(asked).toBe(0);
    expect(type('openssl s_client -connect closed:443 </dev/null; echo $?')).toBe('connect:errno=111\n1\n');
  });
});
