import { badRequest, conflict, notFound } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import { Findings, invalid } from '../../api/validation.ts';
import { SECOND, formatTime } from '../../sim/time.ts';
import { API_AUDIENCE } from '../authn/bearer.ts';
import type { BoundObject } from '../authn/tokens.ts';
import { readOptions, validateWriteOptions } from '../body.ts';
import type { Task } from '../../os/task.ts';
import type { RequestContext, Target } from '../context.ts';
import type { ServerParts } from '../server-parts.ts';
import { jsonResponse } from '../response.ts';
import type { ApiResponse } from '../types.ts';

const HOUR = 3600;
// What the kubelet asks for its pods' default tokens (token.WarnOnlyBoundTokenExpirationPeriod): with
// --service-account-extend-token-expiration, which is on by default, such a token is good for a year.
const EXTENDABLE = 3607;
const YEAR = 365 * 24 * HOUR;
const MIN = 600;
const MAX = 2 ** 32;

interface TokenRequest {
  metadata?: { name?: string; namespace?: string };
  spec?: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } | null;
  };
}

/** `kubectl create token`, and what the kubelet asks for its pods. */
export function* requestToken(context: RequestContext, target: Target, { registry, tokens }: ServerParts): Task<ApiResponse> {
  validateWriteOptions(context, 'CreateOptions');
  const { spec = {} } = readOptions<TokenRequest>(context, 'TokenRequest');
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec };
  yield* registry.admission.admit({ verb: 'create', ...target, subresource: 'token', object: asked, context });
  const account = registry.get(target);
  const seconds = spec.expirationSeconds ?? HOUR;
  validate(seconds);
  const bound = spec.boundObjectRef ?? null;
  const binding = bound === null ? {} : boundObject(bound, target, registry);
  const audiences = (spec.audiences ?? []).length === 0 ? [API_AUDIENCE] : (spec.audiences as string[]);
  const extended = binding.pod !== undefined && seconds === EXTENDABLE && audiences.every((audience) => audience === API_AUDIENCE);
  const claims = {
    namespace: target.namespace,
    serviceAccount: target.name,
    uid: account.metadata.uid ?? '',
    audiences,
    seconds: extended ? YEAR : seconds,
  };
  const minted = tokens.mint({ ...claims, ...binding, ...(extended ? { warnAfter: seconds } : {}) });
  const { name, namespace } = target;
  return jsonResponse(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid: account.metadata.uid, creationTimestamp: formatTime(context.now) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: bound },
    status: { token: minted.token, expirationTimestamp: formatTime(context.now + seconds * SECOND) },
  });
}

function validate(seconds: number): void {
  const findings = new Findings();
  if (seconds < MIN) findings.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > MAX) findings.invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds');
  if (!findings.empty) throw invalid('TokenRequest', 'authentication.k8s.io', '', findings.list);
}

type Binding = Partial<Record<'pod' | 'secret' | 'node', BoundObject>>;

/** Kinds a token can be bound to, with where their objects are kept. */
const BOUND: Readonly<Record<string, { resource: string; claim: keyof Binding; key: (namespace: string, name: string) => string }>> = {
  Pod: { resource: 'pods', claim: 'pod', key: (namespace, name) => `pods/${namespace}/${name}` },
  Secret: { resource: 'secrets', claim: 'secret', key: (namespace, name) => `secrets/${namespace}/${name}` },
  Node: { resource: 'nodes', claim: 'node', key: (_, name) => `minions/${name}` },
};

function boundObject(
  ref: { kind?: string; apiVersion?: string; name?: string; uid?: string },
  target: Target,
  { store }: ServerParts['registry'],
): Binding {
  const { kind = '', apiVersion = '', name = '', uid = '' } = ref;
  const sort = apiVersion === 'v1' && Object.hasOwn(BOUND, kind) ? BOUND[kind] : undefined;
  if (sort === undefined) throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  const found = store.get<Pod>(`/registry/${sort.key(target.namespace, name)}`)?.value;
  const subject = { group: '', resource: sort.resource, name };
  if (found === undefined) throw notFound(subject);
  const actual = found.metadata.uid ?? '';
  if (uid !== '' && uid !== actual) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(subject, why);
  }
  const claim = { [sort.claim]: { name, uid: actual } };
  if (kind !== 'Pod') return claim;
  if ((found.spec?.serviceAccountName ?? '') !== target.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(target.name)} to pod running with different serviceaccount name.`,
    );
  }
  // ServiceAccountTokenPodNodeInfo: the node is told, too.
  const nodeName = found.spec?.nodeName ?? '';
  if (nodeName === '') return claim;
  const node = store.get<{ metadata: { uid?: string } }>(`/registry/minions/${nodeName}`)?.value.metadata.uid;
  return { ...claim, node: { name: nodeName, uid: node ?? '' } };
}
