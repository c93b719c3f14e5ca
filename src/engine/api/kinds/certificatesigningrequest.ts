import { decodeText } from '../base64.ts';
import type { CertificateSigningRequest } from '../generated/types.ts';
import { isDNS1123Subdomain } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { humanDuration } from '../printing/duration.ts';
import type { Findings } from '../validation.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const USAGES = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature',
  'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc',
  'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
]; // prettier-ignore

export const certificateSigningRequest = v1Kind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  resource: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  nameRule: 'path-segment',
  strategy: plainStrategy<CertificateSigningRequest>({
    // Who asks is written down by the server, whatever the request says.
    prepareForCreate(draft, { user }) {
      const { username: _u, uid: _i, groups: _g, extra: _e, ...asked } = draft.spec ?? { request: '', signerName: '' };
      draft.spec = {
        ...asked,
        username: user.name,
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        groups: [...user.groups],
        ...(user.extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(user.extra).map(([key, all]) => [key, [...all]])) }),
      };
      draft.status = {};
    },
    // Nothing that was asked may be changed: it is put back.
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
      keepStatus(draft, old);
    },
    create: validateRequest,
  }),
  subresources: { status: statusStrategy<CertificateSigningRequest>(), others: ['approval'] },
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  columns: [
    nameColumn(),
    ageColumn(),
    column(
      'SignerName',
      'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
      ({ spec }) => spec.signerName ?? '<none>',
    ),
    column('Requestor', 'Base64-encoded PKCS#10 CSR data', ({ spec }) => spec.username ?? ''),
    column(
      'RequestedDuration',
      'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
      ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
    ),
    column('Condition', 'Conditions applied to the request, such as approval or denial.', condition),
  ],
  fidelity: { level: 'modelled' },
});

function condition({ status }: CertificateSigningRequest): string {
  const holds = (type: string): boolean => status?.conditions?.some((one) => one.type === type) === true;
  const words = holds('Denied') ? ['Denied'] : holds('Approved') ? ['Approved'] : ['Pending'];
  if (holds('Failed')) words.push('Failed');
  if ((status?.certificate ?? '') !== '') words.push('Issued');
  return words.join(',');
}

function validateRequest({ spec }: CertificateSigningRequest, findings: Findings): void {
  const { request = '', usages = [], signerName = '', expirationSeconds } = spec;
  const text = decodeText(request);
  if (!/-----BEGIN CERTIFICATE REQUEST-----[\s\S]*-----END CERTIFICATE REQUEST-----/.test(text))
    findings.invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST');
  if (usages.length === 0) findings.required('spec.usages');
  const seen = new Set<string>();
  for (const [index, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) findings.notSupported(`spec.usages[${index}]`, usage, USAGES);
    if (seen.has(usage)) findings.duplicate(`spec.usages[${index}]`, usage);
    seen.add(usage);
  }
  if (signerName === 'kubernetes.io/legacy-unknown')
    findings.invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version');
  else validateSignerName(signerName, findings);
  if (expirationSeconds !== undefined && expirationSeconds < 600)
    findings.invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)');
}

function validateSignerName(name: string, findings: Findings): void {
  const path = 'spec.signerName';
  if (name === '') return findings.required(path);
  const [domain = '', rest, ...more] = name.split('/');
  if (rest === undefined || more.length > 0)
    return findings.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  for (const problem of isDNS1123Subdomain(domain)) findings.invalid(path, domain, problem);
  if (domain !== '' && !domain.includes('.'))
    findings.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  for (const problem of isDNS1123Subdomain(rest))
    findings.invalid(path, rest, `validating signer path ${JSON.stringify(rest)}: ${problem}`);
  if (name.length > 571) findings.tooLong(path, 571);
}
