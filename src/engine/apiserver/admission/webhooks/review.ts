import type { Kind } from '../../../api/kind.ts';
import type { Status } from '../../../api/meta.ts';
import type { Operation } from '../admission.ts';

/** The answer of a webhook, once it has been found to be one. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status?: Status;
  /** JSON Patch as text; mutating webhooks only. */
  readonly patch?: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** What cannot be read as an answer. */
export class InvalidReview extends Error {}

const VERSIONS = ['v1', 'v1beta1'];

/** The `AdmissionReview` that a webhook is sent, in the first version that both sides know. `written` is the kind of the request itself. */
export function reviewOf(operation: Operation, written: Kind, versions: readonly string[], uid: string): object {
  const version = versions.find((one) => VERSIONS.includes(one)) ?? 'v1';
  const { context, kind, name, namespace, subresource, verb } = operation;
  const { user, dryRun } = context;
  const named = { group: written.group, version: written.version };
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: { group: kind.group, version: kind.version, kind: kind.kind },
      resource: { group: kind.group, version: kind.version, resource: kind.resource },
      ...(subresource === '' ? {} : { subResource: subresource }),
      requestKind: { ...named, kind: written.kind },
      requestResource: { ...named, resource: written.resource },
      ...(subresource === '' ? {} : { requestSubResource: subresource }),
      ...(name === '' ? {} : { name }),
      ...(namespace === '' ? {} : { namespace }),
      operation: verb.toUpperCase(),
      userInfo: {
        username: user.name,
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        groups: user.groups,
        ...(user.extra === undefined ? {} : { extra: user.extra }),
      },
      object: verb === 'delete' ? null : (operation.object ?? null),
      oldObject: operation.old ?? null,
      dryRun,
      options: verb === 'connect' ? null : optionsOf(operation),
    },
  };
}

const OPTIONS = { create: 'CreateOptions', update: 'UpdateOptions', delete: 'DeleteOptions' } as const;

function optionsOf({ verb, context }: Operation): object {
  const { request, dryRun } = context;
  const patch = request.method === 'PATCH';
  const kind = patch && verb !== 'delete' ? 'PatchOptions' : OPTIONS[verb as keyof typeof OPTIONS];
  const { fieldManager, fieldValidation } = request.query ?? {};
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(fieldManager === undefined ? {} : { fieldManager }),
    ...(fieldValidation === undefined ? {} : { fieldValidation }),
  };
}

interface Answer {
  kind?: string;
  apiVersion?: string;
  response?: {
    uid?: string;
    allowed?: boolean;
    status?: Status;
    patch?: string;
    patchType?: string;
    warnings?: string[];
    auditAnnotations?: Record<string, string>;
  };
}

/** Reads the answer to a review (`VerifyAdmissionResponse`). Throws `InvalidReview`. */
export function readVerdict(text: string, sent: string, uid: string, mutating: boolean): Verdict {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch (error) {
    throw new InvalidReview(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
  const { kind = '', apiVersion: version = '', response } = answer;
  const [group, short] = version.includes('/') ? version.split('/') : ['', version];
  const wanted = `admission.k8s.io/${sent}, Kind=AdmissionReview`;
  const got = `${group}/${short}, Kind=${kind}`;
  if (sent === 'v1' && got !== wanted) throw new InvalidReview(`expected webhook response of ${wanted}, got ${got}`);
  if (response === undefined || response === null) throw new InvalidReview('webhook response was absent');
  if (sent === 'v1' && response.uid !== uid)
    throw new InvalidReview(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const { allowed = false, status, patch, patchType, warnings = [], auditAnnotations = {} } = response;
  const base = { allowed, warnings, auditAnnotations, ...(status === undefined ? {} : { status }) };
  if (patch === undefined || patch === null || patch === '') {
    if ((patchType ?? '') !== '' && sent === 'v1') throw new InvalidReview('webhook returned response.patchType but not response.patch');
    return base;
  }
  if (sent === 'v1' && !mutating) throw new InvalidReview('validating webhook may not return response.patch');
  if (sent === 'v1' && (patchType ?? '') === '') throw new InvalidReview('webhook returned response.patch but not response.patchType');
  if ((patchType ?? 'JSONPatch') !== 'JSONPatch')
    throw new InvalidReview(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  return { ...base, patch };
}
