import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Pod, PodResourceClaim, ResourceClaimTemplate, ResourceResourceClaim } from '../../api/generated/types.ts';
import { controllerOf, keyOf, type ApiObject } from '../../api/meta.ts';
import { MOST_CONSUMERS, claimsOfPod, isReservedFor, reservation } from '../../api/resource/claims-of-pod.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { newControllerRef } from '../controller-ref.ts';
import type { ControllerContext } from '../controller.ts';
import { Reconciler, SyncError } from '../reconciler.ts';

const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';
const DELETE_PROTECTION = 'resource.kubernetes.io/delete-protection';
const [OF_POD, OF_CLAIM] = ['pod:', 'claim:'];

/** Makes the claims that pods ask for by template, and takes devices back when nobody uses them any more. */
export class ResourceClaimController extends Reconciler {
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<ResourceResourceClaim>;
  readonly #templates: Informer<ResourceClaimTemplate>;
  readonly #recorder: EventRecorder;
  /** Claims that were made and that the cache does not show yet, by pod and entry. */
  readonly #made = new Map<string, ResourceResourceClaim>();

  constructor(context: ControllerContext) {
    super(context, 'controller/resourceclaim');
    this.#pods = context.informers.pods;
    this.#claims = context.informers.of(RESOURCE_CLAIMS);
    this.#templates = context.informers.of(RESOURCE_CLAIM_TEMPLATES);
    this.#recorder = context.recorder('resource_claim');
    const seen = (pod: Pod): void => this.#seePod(pod);
    this.watch(this.#pods, { added: seen, updated: seen, deleted: seen });
    const claimSeen = (claim: ResourceResourceClaim): void => {
      this.#forget(claim);
      this.queue.add(`${OF_CLAIM}${keyOf(claim)}`);
    };
    this.watch(this.#claims, {
      added: claimSeen,
      updated: claimSeen,
      deleted: (claim) => {
        // A pod whose own claim was deleted gets another one.
        const owner = this.#pods.get(`${claim.metadata.namespace ?? ''}/${controllerOf(claim)?.name ?? ''}`);
        if (owner !== undefined) this.#seePod(owner);
      },
    });
    this.watch(this.#templates, {
      added: ({ metadata }) => {
        for (const pod of this.#pods.list())
          if (
            pod.metadata.namespace === metadata.namespace &&
            pod.spec?.resourceClaims?.some(({ resourceClaimTemplateName }) => resourceClaimTemplateName === metadata.name) === true
          )
            this.#seePod(pod);
      },
    });
  }

  override stop(): void {
    super.stop();
    this.#made.clear();
  }

  protected *sync(key: string): Task<void> {
    if (key.startsWith(OF_POD)) yield* this.#syncPod(key.slice(OF_POD.length));
    else yield* this.#syncClaim(key.slice(OF_CLAIM.length));
  }

  #seePod(pod: Pod): void {
    const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
    const hasClaims = (pod.spec?.resourceClaims ?? []).length > 0;
    if (!hasClaims && extended === undefined) return;
    const known = this.#pods.get(keyOf(pod));
    if (known?.metadata.uid === pod.metadata.uid && !isDone(pod)) {
      if (hasClaims) this.queue.add(`${OF_POD}${keyOf(pod)}`);
      return;
    }
    const names = [...namesOf(pod), ...(extended === undefined ? [] : [extended])];
    for (const name of names) this.queue.add(`${OF_CLAIM}${pod.metadata.namespace ?? ''}/${name}`);
  }

  *#syncPod(key: string): Task<void> {
    const pod = this.#pods.get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const made: { name: string; resourceClaimName: string }[] = [];
    for (const claim of pod.spec?.resourceClaims ?? []) {
      try {
        const name = yield* this.#ensure(pod, claim);
        if (name !== undefined) made.push({ name: claim.name, resourceClaimName: name });
      } catch (error) {
        if (!(error instanceof StatusError || error instanceof SyncError)) throw error;
        this.#recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${claim.name}: ${error.message}`);
        throw error;
      }
    }
    const known = pod.status?.resourceClaimStatuses ?? [];
    if (
      made.some(({ name, resourceClaimName }) => !known.some((each) => each.name === name && each.resourceClaimName === resourceClaimName))
    ) {
      const { name = '', namespace, uid } = pod.metadata;
      yield* this.client.patch(PODS, namespace, name, { metadata: { uid }, status: { resourceClaimStatuses: made } }, { sub: 'status' });
      return;
    }
    // Bound by hand, past the scheduler: what is allocated is reserved for it here.
    if ((pod.spec?.nodeName ?? '') !== '') for (const name of namesOf(pod)) yield* this.#reserve(pod, name);
  }

  /** The claim for one entry of a pod that names a template; the name of the one that is there, or of a new one. */
  *#ensure(pod: Pod, podClaim: PodResourceClaim): Task<string | undefined> {
    const { resourceClaimTemplateName: template } = podClaim;
    if (template === undefined) return undefined;
    const { namespace = '', name: podName = '', uid } = pod.metadata;
    const entry = `${uid ?? ''}/${podClaim.name}`;
    const made = this.#made.get(entry);
    if (made !== undefined) return made.metadata.name;
    const there = [...this.#claims.list()].find(
      (claim) =>
        claim.metadata.namespace === namespace &&
        controllerOf(claim)?.uid === uid &&
        claim.metadata.annotations?.[POD_CLAIM] === podClaim.name &&
        claim.metadata.deletionTimestamp === undefined,
    );
    if (there !== undefined) return there.metadata.name;
    const found = this.#templates.get(`${namespace}/${template}`);
    if (found === undefined) {
      const quoted = JSON.stringify(template);
      throw new SyncError(`resource claim template ${quoted}: resourceclaimtemplate.resource.k8s.io ${quoted} not found`);
    }
    const { labels, annotations } = found.spec.metadata ?? {};
    const claim = yield* this.client.create(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {
        generateName: `${podName}-${podClaim.name}-`,
        namespace,
        ...(labels === undefined ? {} : { labels }),
        annotations: { ...annotations, [POD_CLAIM]: podClaim.name },
        ownerReferences: [newControllerRef(pod)],
      },
      spec: found.spec.spec,
    });
    this.#made.set(entry, claim);
    this.#decide(`Makes claim ${claim.metadata.name ?? ''} for pod ${podName}.`, claim);
    return claim.metadata.name;
  }

  *#reserve(pod: Pod, name: string): Task<void> {
    const claim = this.#claims.get(`${pod.metadata.namespace ?? ''}/${name}`);
    const users = claim?.status?.reservedFor ?? [];
    if (claim?.status?.allocation === undefined || isReservedFor(claim, pod) || users.length >= MOST_CONSUMERS) return;
    yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status: { ...claim.status, reservedFor: [...users, reservation(pod)] } });
  }

  /** Consumers that are over are struck; without any the devices are given back, and a claim of a pod that is over goes. */
  *#syncClaim(key: string): Task<void> {
    const claim = this.#claims.get(key);
    if (claim === undefined) return;
    const { namespace = '', name = '', finalizers = [] } = claim.metadata;
    const users = claim.status?.reservedFor ?? [];
    const valid = users.filter((user) => this.#uses(namespace, user.name, user.uid));
    const protectedByUs = finalizers.includes(DELETE_PROTECTION);
    const unused = valid.length === 0 && (users.length > 0 || claim.metadata.deletionTimestamp !== undefined);
    let current = claim;
    if (valid.length < users.length || (unused && claim.status?.allocation !== undefined)) {
      const { allocation, reservedFor: _before, ...rest } = claim.status ?? {};
      if (unused) this.#decide(`Nobody uses claim ${name} any more: its devices are free.`, claim);
      const kept = { ...rest, ...(allocation === undefined ? {} : { allocation }), reservedFor: valid };
      current = yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status: unused ? rest : kept });
    }
    if (unused && protectedByUs)
      current = yield* this.client.update(RESOURCE_CLAIMS, {
        ...current,
        metadata: { ...current.metadata, finalizers: finalizers.filter((each) => each !== DELETE_PROTECTION) },
      });
    const owner = controllerOf(claim);
    if (owner?.kind !== 'Pod' || valid.length > 0 || current.metadata.deletionTimestamp !== undefined) return;
    const pod = this.#pods.get(`${namespace}/${owner.name}`);
    if (pod !== undefined && pod.metadata.uid === owner.uid && !isDone(pod)) return;
    try {
      yield* this.client.delete(RESOURCE_CLAIMS, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #forget({ metadata }: ResourceResourceClaim): void {
    for (const [entry, claim] of this.#made) if (claim.metadata.uid === metadata.uid) this.#made.delete(entry);
  }

  #uses(namespace: string, name: string, uid: string): boolean {
    const pod = this.#pods.get(`${namespace}/${name}`);
    return pod !== undefined && pod.metadata.uid === uid && !isDone(pod);
  }

  #decide(text: string, about: ApiObject): void {
    const { name = '', namespace = '' } = about.metadata;
    this.sim.append(this.actor, 'decide', { text }, { ref: { kind: about.kind, namespace, name } });
  }
}

/** podutil.IsPodTerminated, or deleted before it ever got to a node. */
function isDone({ status, metadata, spec }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  return metadata.deletionTimestamp !== undefined && (spec?.nodeName ?? '') === '';
}

function namesOf(pod: Pod): string[] {
  const claims = claimsOfPod(pod);
  return typeof claims === 'string' ? [] : claims.flatMap(({ name }) => name ?? []);
}
