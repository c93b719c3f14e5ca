import type { CertificateSigningRequest } from '../../api/generated/types.ts';
import type { AdmissionPlugin, Operation } from './admission.ts';

/** Who asks for a certificate is written into the request by the server (upstream: the strategy of the kind, which knows the caller). */
export const certificateRequester: AdmissionPlugin = {
  name: 'CertificateRequester',
  admit({ verb, kind, subresource, object, context }: Operation): void {
    if (verb !== 'create' || kind.group !== 'certificates.k8s.io' || subresource !== '') return;
    const request = object as CertificateSigningRequest;
    const { username: _u, uid: _i, groups: _g, extra: _e, ...asked } = request.spec ?? { request: '', signerName: '' };
    const { name, uid, groups, extra } = context.user;
    request.spec = {
      ...asked,
      username: name,
      ...(uid === undefined ? {} : { uid }),
      groups: [...groups],
      ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
    };
  },
};
