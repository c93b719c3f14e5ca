import { decodeText } from '../api/base64.ts';
import type { CertificateSigningRequest } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import { parseCertificateRequest, type CertificateRequest } from '../api/x509/certificate-request.ts';
import type { Resource } from '../client/client.ts';
import type { Informer } from '../client/informer.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../client/resources.ts';
import { formatTime } from '../sim/time.ts';
import type { Task } from '../os/task.ts';
import type { ControllerContext } from './controller.ts';
import { KUBELET_CLIENT, kubeletClient } from './csr-kubelet-rules.ts';
import { Reconciler, SyncError } from './reconciler.ts';

interface SubjectAccessReview extends ApiObject {
  readonly spec: object;
  readonly status?: { readonly allowed: boolean };
}

const REVIEWS: Resource<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

/** By which right whose requests are approved, in the order in which they are asked for. */
const RIGHTS = [
  { right: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' },
  { right: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
];

/** Approves what a kubelet asks for itself when it joins (or renews), if policy says that it may. All else waits for a person. */
export class CertificateApproving extends Reconciler {
  readonly #requests: Informer<CertificateSigningRequest>;

  constructor(context: ControllerContext) {
    super(context, 'controller/csr-approving');
    this.#requests = context.informers.of(CERTIFICATE_SIGNING_REQUESTS);
    const changed = ({ metadata }: CertificateSigningRequest): void => this.queue.add(metadata.name ?? '');
    this.watch(this.#requests, { added: changed, updated: changed });
  }

  protected *sync(name: string): Task<void> {
    const csr = this.#requests.get(name);
    if (csr === undefined || (csr.status?.certificate ?? '') !== '' || csr.spec.signerName !== KUBELET_CLIENT) return;
    if (csr.status?.conditions?.some(({ type }) => type === 'Approved' || type === 'Denied') === true) return;
    let request: CertificateRequest;
    try {
      request = parseCertificateRequest(decodeText(csr.spec.request));
    } catch (error) {
      throw new SyncError(`unable to parse csr ${JSON.stringify(name)}: ${(error as Error).message}`);
    }
    if (kubeletClient(request, csr.spec.usages ?? []) !== undefined) return;
    const self = request.commonName === csr.spec.username;
    const tried = RIGHTS.filter(({ right }) => right === 'nodeclient' || self);
    let granted: (typeof RIGHTS)[number] | undefined;
    for (const right of tried) if (granted === undefined && (yield* this.#may(csr, right.right))) granted = right;
    if (granted === undefined) {
      const asked = tried.map(({ right }) => right).join(' ');
      throw new SyncError(`recognized csr ${JSON.stringify(name)} as [${asked}] but subject access review was not approved`);
    }
    this.decide(`A kubelet asks for its certificate, and may (${granted.right}): approves "${name}".`, csr);
    const lastUpdateTime = formatTime(this.sim.now);
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message: granted.message, lastUpdateTime };
    const conditions = [...(csr.status?.conditions ?? []), approved];
    yield* this.client.updateSub(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: { ...csr.status, conditions } }, 'approval');
  }

  *#may({ spec }: CertificateSigningRequest, subresource: string): Task<boolean> {
    const { username: user = '', uid, groups = [], extra } = spec;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource,
    };
    const review = yield* this.client.create(REVIEWS, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }), resourceAttributes },
    });
    return review.status?.allowed === true;
  }
}
