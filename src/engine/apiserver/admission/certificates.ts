import { decodeText } from '../../api/base64.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import type { CertificateSigningRequest } from '../../api/generated/types.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

const GROUP = 'certificates.k8s.io';
const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';
// The attribute O (2.5.4.10) of a subject, as DER writes it, with this value.
const ORGANIZATION = new RegExp(`\\x06\\x03U\\x04\\x0a[\\x0c\\x13\\x14]${String.fromCharCode(MASTERS.length)}${MASTERS}`);

/** Who approves a request must be allowed to for its signer: to `approve` it is not enough to write to the subresource. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    validate(operation: Operation): void {
      if (!isUpdate(operation) || operation.context.info.subresource !== 'approval') return;
      checkSigner(operation, authorizer, 'approve');
    },
  };
}

/** Who hands out certificates must be allowed to `sign` for the request's signer. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    validate(operation: Operation): void {
      if (!isUpdate(operation) || operation.context.info.subresource !== 'status') return;
      const now = (operation.object as CertificateSigningRequest).status;
      const before = (operation.old as CertificateSigningRequest).status;
      if (now?.certificate === before?.certificate && semanticallyEqual(now?.conditions, before?.conditions)) return;
      checkSigner(operation, authorizer, 'sign');
    },
  };
}

/** Nobody becomes a cluster's master by a certificate that the cluster signs. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(operation: Operation): void {
    const { verb, subresource, object } = operation;
    if (verb !== 'create' || subresource !== '' || !isRequest(operation)) return;
    const { signerName, request } = (object as CertificateSigningRequest).spec;
    if (signerName !== API_CLIENT) return;
    const body = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]*)-----END/.exec(decodeText(request))?.[1] ?? '';
    if (ORGANIZATION.test(decodeText(body.replace(/\s/g, ''))))
      throw refuse(operation, `use of ${API_CLIENT} signer with ${MASTERS} group is not allowed`);
  },
};

function checkSigner(operation: Operation, authorizer: Authorizer, verb: 'approve' | 'sign'): void {
  const { signerName } = (operation.old as CertificateSigningRequest).spec;
  const { user } = operation.context;
  const may = (name: string): boolean =>
    authorizer.authorize({
      user,
      verb,
      isResource: true,
      group: GROUP,
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
      name,
      path: '',
    }).allowed;
  // For all signers of a domain.
  if (may(signerName) || may(`${signerName.split('/')[0] ?? ''}/*`)) return;
  throw refuse(operation, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}

const isRequest = ({ kind }: Operation): boolean => kind.group === GROUP && kind.resource === 'certificatesigningrequests';
const isUpdate = (operation: Operation): boolean => operation.verb === 'update' && isRequest(operation);
