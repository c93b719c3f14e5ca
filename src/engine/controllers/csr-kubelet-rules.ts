import type { CertificateRequest } from '../api/x509/certificate-request.ts';

export const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';

const NODES = 'system:nodes';
const NODE = 'system:node:';

/** Why a signer of the cluster does not sign a request; undefined where it does. Sentences of apis/certificates/helpers.go. */
export function refusalOf(signer: string, request: CertificateRequest, usages: readonly string[]): string | undefined {
  switch (signer) {
    case API_CLIENT:
      return clientUsages(usages);
    case KUBELET_CLIENT:
      return kubeletClient(request, usages);
    case KUBELET_SERVING:
      return kubeletServing(request, usages);
    default:
      return `signer ${signer} is not one of the cluster's`;
  }
}

export function kubeletClient(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(NODE)) return 'subject common name does not begin with system:node:';
  return usagesFor('client auth', usages);
}

function kubeletServing(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  const wrong = usagesFor('server auth', usages);
  if (wrong !== undefined) return wrong;
  return request.commonName.startsWith(NODE) ? undefined : 'subject common name does not begin with system:node:';
}

function clientUsages(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

const isNodes = ({ organizations }: CertificateRequest): boolean => organizations.length === 1 && organizations[0] === NODES;

/** Key encipherment is for RSA keys only. */
function usagesFor(purpose: string, usages: readonly string[]): string | undefined {
  const wanted = ['digital signature', 'key encipherment', purpose].sort();
  const given = [...new Set(usages)].filter((usage) => usage !== 'key encipherment').sort();
  const needed = wanted.filter((usage) => usage !== 'key encipherment');
  return given.join() === needed.join() ? undefined : `usages did not match [${wanted.join(' ')}]`;
}
