import { decodeText, encodeText } from '../api/base64.ts';
import type { CertificateSigningRequest } from '../api/generated/types.ts';
import { endOf, issueCertificate } from '../api/x509/certificate-authority.ts';
import { parseCertificateRequest, type CertificateRequest } from '../api/x509/certificate-request.ts';
import type { Informer } from '../client/informer.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../client/resources.ts';
import { HOUR, MINUTE, SECOND, formatTime, type Millis } from '../sim/time.ts';
import type { Task } from '../os/task.ts';
import type { ControllerContext } from './controller.ts';
import { API_CLIENT, KUBELET_CLIENT, KUBELET_SERVING, refusalOf } from './csr-kubelet-rules.ts';
import { Reconciler, SyncError } from './reconciler.ts';

const SIGNERS = new Set([API_CLIENT, KUBELET_CLIENT, KUBELET_SERVING]);
// --cluster-signing-duration, and authority/policies.go: certificates begin a little early, short ones do not end so.
const LONGEST: Millis = 365 * 24 * HOUR;
const SHORTEST: Millis = 10 * MINUTE;
const BACKDATE: Millis = 5 * MINUTE;
const SHORT: Millis = 8 * HOUR;

/** Gives approved requests their certificate, signed by the cluster's CA, if the rules of their signer let it. */
export class CertificateSigning extends Reconciler {
  readonly #requests: Informer<CertificateSigningRequest>;
  readonly #chance;

  constructor(context: ControllerContext) {
    super(context, 'controller/csr-signing');
    this.#chance = context.sim.random('controller/csr-signing');
    this.#requests = context.informers.of(CERTIFICATE_SIGNING_REQUESTS);
    const changed = ({ metadata }: CertificateSigningRequest): void => this.queue.add(metadata.name ?? '');
    this.watch(this.#requests, { added: changed, updated: changed });
  }

  protected *sync(name: string): Task<void> {
    const csr = this.#requests.get(name);
    if (csr === undefined || (csr.status?.certificate ?? '') !== '' || !SIGNERS.has(csr.spec.signerName)) return;
    if (!holds(csr, 'Approved') || holds(csr, 'Denied') || holds(csr, 'Failed')) return;
    let request: CertificateRequest;
    try {
      request = parseCertificateRequest(decodeText(csr.spec.request));
    } catch (error) {
      throw new SyncError(`unable to parse csr ${JSON.stringify(name)}: ${(error as Error).message}`);
    }
    const refusal = refusalOf(csr.spec.signerName, request, csr.spec.usages ?? []);
    if (refusal !== undefined) return yield* this.#fail(csr, refusal);
    try {
      request.checkSignature();
    } catch (error) {
      throw new SyncError(`error auto signing csr: unable to verify certificate request signature: ${(error as Error).message}`);
    }
    this.decide(`Certificate request "${name}" is approved: signs a certificate for "${request.commonName}".`, csr);
    const certificate = encodeText(this.#sign(request, csr));
    yield* this.client.updateStatus(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: { ...csr.status, certificate } });
  }

  #sign(request: CertificateRequest, { spec }: CertificateSigningRequest): string {
    const { authority } = this.context.settings;
    const { now } = this.sim;
    const asked = spec.expirationSeconds === undefined ? LONGEST : spec.expirationSeconds * SECOND;
    const duration = Math.min(Math.max(asked, SHORTEST), LONGEST);
    const notAfter = now + duration - (duration < SHORT ? 0 : BACKDATE);
    const serial = Uint8Array.from({ length: 16 }, () => this.#chance.int(256));
    return issueCertificate(authority, {
      request,
      usages: spec.usages ?? [],
      notBefore: now - BACKDATE,
      notAfter: Math.min(notAfter, endOf(authority)),
      serial,
    });
  }

  *#fail(csr: CertificateSigningRequest, message: string): Task<void> {
    this.decide(`Does not sign certificate request "${csr.metadata.name ?? ''}": ${message}.`, csr);
    const lastUpdateTime = formatTime(this.sim.now);
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime };
    const conditions = [...(csr.status?.conditions ?? []), failed];
    yield* this.client.updateStatus(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: { ...csr.status, conditions } });
  }
}

const holds = ({ status }: CertificateSigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status !== 'False') === true;
