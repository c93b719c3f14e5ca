import { encodeText } from '../../../api/base64.ts';
import { untilSignal } from '../../../os/daemon.ts';
import { NetworkError, type Process, type ServedRequest, type ServedResponse } from '../../../os/process.ts';
import { suspend, type Task } from '../../../os/task.ts';
import { decode, writeText } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { readFlags } from './agnhost-flags.ts';
import { goLog, klog } from './go-log.ts';
import { loadKeyPair } from './key-pair.ts';

/** Part of an AdmissionReview's request. */
export interface AdmissionRequest {
  readonly uid?: string;
  readonly operation?: string;
  readonly name?: string;
  readonly subResource?: string;
  readonly resource?: { readonly group?: string; readonly version?: string; readonly resource?: string };
  readonly object?: Reviewed | null;
  readonly oldObject?: Reviewed | null;
}

interface Reviewed {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly containers?: readonly { name: string }[]; readonly initContainers?: readonly { name: string }[] };
  readonly stdin?: boolean;
  readonly container?: string;
}

interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly status?: string; readonly message?: string; readonly reason?: string; readonly code?: number };
  readonly patch?: readonly object[];
  /** Virtual ms it takes. */
  readonly took?: number;
}

type Admit = (request: AdmissionRequest, sidecarImage: string) => Verdict | 'broken' | 'never';

const ALLOWED: Verdict = { allowed: true };
const denied = (message: string): Verdict => ({ allowed: false, status: { message } });
const deniedFor = (reason: string): Verdict => ({ allowed: false, status: { reason } });

const MARK = 'webhook-e2e-test';

const WEBHOOKS: Readonly<Record<string, Admit>> = {
  '/always-allow-delay-5s': () => ({ allowed: true, status: { message: 'this webhook allows all requests' }, took: 5 * SECOND }),
  '/always-deny': () => denied('this webhook denies all requests'),
  '/add-label': ({ object }) => {
    const labels = object?.metadata?.labels ?? {};
    const path = '/metadata/labels/added-label';
    if (Object.keys(labels).length === 0) return patched({ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } });
    if (labels['added-label'] === undefined) return patched({ op: 'add', path, value: 'yes' });
    return labels['added-label'] === 'yes' ? ALLOWED : patched({ op: 'replace', path, value: 'yes' });
  },
  '/pods': ({ resource, object }) => {
    if (!is(resource, 'pods')) return denied('expect resource to be /v1, Resource=pods');
    const label = object?.metadata?.labels?.[MARK];
    if (label === 'wait-forever') return 'never';
    const complaints = label === 'webhook-disallow' ? ['the pod contains unwanted label;'] : [];
    for (const { name } of object?.spec?.containers ?? [])
      if (name.includes('webhook-disallow')) complaints.push('the pod contains unwanted container name;');
    return complaints.length === 0 ? ALLOWED : denied(complaints.join(' '));
  },
  '/pods/attach': ({ name, resource, subResource, object }) => {
    if (name !== 'to-be-attached-pod') return ALLOWED;
    if (!is(resource, 'pods')) return denied(`expect resource to be /v1, Resource=pods, got ${textOf(resource)}`);
    if (subResource !== 'attach') return denied(`expect subresource to be attach, got ${subResource ?? ''}`);
    if (object?.stdin !== true || object.container !== 'container1') return ALLOWED;
    return denied("attaching to pod 'to-be-attached-pod' is not allowed");
  },
  '/mutating-pods': ({ resource, object }) => {
    if (!is(resource, 'pods')) return 'broken';
    if (object?.metadata?.name !== 'webhook-to-be-mutated') return ALLOWED;
    if (object.spec?.initContainers?.some(({ name }) => name === 'webhook-added-init-container') === true) return ALLOWED;
    const added = { image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} };
    return patched({ op: 'add', path: '/spec/initContainers', value: [added] });
  },
  '/mutating-pods-sidecar': ({ resource, object }, image) => {
    if (image === '')
      return { allowed: false, status: { status: 'Failure', message: 'No image specified by the sidecar-image parameter', code: 500 } };
    if (!is(resource, 'pods')) return 'broken';
    if (object?.spec?.containers?.some(({ name }) => name === 'webhook-added-sidecar') === true) return ALLOWED;
    return patched({ op: 'add', path: '/spec/containers/-', value: { image, name: 'webhook-added-sidecar', resources: {} } });
  },
  '/configmaps': (request) =>
    is(request.resource, 'configmaps')
      ? admitData(
          request,
          'the configmap contains unwanted key and value',
          'the configmap cannot be deleted because it contains unwanted key and value',
        )
      : 'broken',
  '/mutating-configmaps': (request) => (is(request.resource, 'configmaps') ? mutateData(request) : 'broken'),
  '/custom-resource': (request) =>
    admitData(
      request,
      'the custom resource contains unwanted data',
      'the custom resource cannot be deleted because it contains unwanted key and value',
    ),
  '/mutating-custom-resource': mutateData,
  '/crd': ({ resource, object }) => {
    if (!is(resource, 'customresourcedefinitions', 'apiextensions.k8s.io'))
      return denied('expect resource to be apiextensions.k8s.io/v1, Resource=customresourcedefinitions');
    return object?.metadata?.labels?.[MARK] === 'webhook-disallow' ? deniedFor('the crd contains unwanted label') : ALLOWED;
  },
};

/** `agnhost webhook`: the admission webhooks that Kubernetes' own tests use, each under its path. */
export function* webhook(process: Process, args: readonly string[]): Task<number> {
  return yield* serveReviews(process, args, ['sidecar-image'], (request, flags) => {
    const path = request.path.split('?')[0] as string;
    if (path === '/readyz') return { status: 200, body: 'ok' };
    const admit = Object.hasOwn(WEBHOOKS, path) ? WEBHOOKS[path] : undefined;
    return admit === undefined ? undefined : review(process, request, flags, admit);
  });
}

/** A server of HTTPS with a certificate from files, as agnhost's webhooks share it. `answer` gives undefined for an unknown path. */
export function* serveReviews(
  process: Process,
  args: readonly string[],
  more: readonly string[],
  answer: (request: ServedRequest, flags: ReadonlyMap<string, string>) => ServedResponse | Task<ServedResponse> | undefined,
): Task<number> {
  const flags = readFlags(args, ['tls-cert-file', 'tls-private-key-file', 'port', ...more]);
  if ('refused' in flags) {
    yield* writeText(process.stderr, `Error: ${flags.refused}\n`);
    return 1;
  }
  let certificate: string;
  try {
    certificate = loadKeyPair(process.files, flags.get('tls-cert-file') ?? '', flags.get('tls-private-key-file') ?? '');
  } catch (error) {
    klog(process, 'F', 'config.go:45', (error as Error).message);
    return 255;
  }
  process.net.serveHttp(
    Number(flags.get('port') ?? 443),
    (request) =>
      answer(request, flags) ?? { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' },
    () => ({ certificate, onError: (text) => goLog(process, text) }),
  );
  yield* untilSignal(process, ['TERM', 'INT']);
  return 0;
}

function* review(process: Process, request: ServedRequest, flags: ReadonlyMap<string, string>, admit: Admit): Task<ServedResponse> {
  const text = decode(request.body);
  const refused = checkReview(process, request, text, flags);
  if (refused !== undefined) return refused;
  const asked = parsed(text) as { kind?: string; apiVersion?: string; request?: AdmissionRequest } | undefined;
  if (asked === undefined)
    return badRequest(process, "Request could not be decoded: couldn't get version/kind; json parse error: invalid character");
  const version = /^admission\.k8s\.io\/(v1|v1beta1)$/.exec(asked.apiVersion ?? '')?.[1];
  if (asked.kind !== 'AdmissionReview' || version === undefined)
    return badRequest(process, `Unsupported group version kind: ${asked.apiVersion ?? ''}, Kind=${asked.kind ?? ''}`);
  const verdict = admit(asked.request ?? {}, flags.get('sidecar-image') ?? '');
  if (verdict === 'never') return yield* suspend<ServedResponse>(() => () => {});
  if (verdict === 'broken') {
    // The real one dereferences nothing, and its connection is gone.
    goLog(process, `http: panic serving ${request.remote}: runtime error: invalid memory address or nil pointer dereference`);
    throw new NetworkError('ECONNRESET', 'EOF');
  }
  const { allowed, status, patch, took } = verdict;
  const response = {
    uid: asked.request?.uid ?? '',
    allowed,
    ...(status === undefined ? {} : { status: { metadata: {}, ...status } }),
    ...(patch === undefined ? {} : { patch: encodeText(JSON.stringify(patch)), patchType: 'JSONPatch' }),
  };
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion: asked.apiVersion, response });
  if (verbose(flags)) klog(process, 'I', 'main.go:154', `sending response: ${body}`);
  return { status: 200, headers: { 'content-type': 'application/json' }, body, ...(took === undefined ? {} : { took }) };
}

/** What both kinds of reviews are checked for first. */
export function checkReview(
  process: Process,
  request: ServedRequest,
  text: string,
  flags: ReadonlyMap<string, string>,
): ServedResponse | undefined {
  const contentType = request.headers['content-type'] ?? '';
  if (contentType !== 'application/json') {
    klog(process, 'E', 'main.go:103', `contentType=${contentType}, expect application/json`);
    return { status: 200, body: '' };
  }
  if (verbose(flags)) klog(process, 'I', 'main.go:107', `handling request: ${text}`);
  return undefined;
}

export function badRequest(process: Process, message: string): ServedResponse {
  klog(process, 'E', 'main.go:113', message);
  return { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${message}\n` };
}

/** A JSON object, or nothing. */
export function parsed(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export const verbose = (flags: ReadonlyMap<string, string>): boolean => Number(flags.get('v') ?? 0) >= 2;

function admitData({ operation, object, oldObject }: AdmissionRequest, unwanted: string, kept: string): Verdict {
  const mark = (operation === 'DELETE' ? oldObject : object)?.data?.[MARK];
  if (mark === 'webhook-disallow' && (operation === 'CREATE' || operation === 'UPDATE')) return deniedFor(unwanted);
  return mark === 'webhook-nondeletable' && operation === 'DELETE' ? deniedFor(kept) : ALLOWED;
}

function mutateData({ object }: AdmissionRequest): Verdict {
  const data = object?.data ?? {};
  if (data['mutation-stage-1'] === 'yes') return patched({ op: 'add', path: '/data/mutation-stage-2', value: 'yes' });
  return data['mutation-start'] === 'yes' ? patched({ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }) : ALLOWED;
}

function patched(...patch: readonly object[]): Verdict {
  return { allowed: true, patch };
}

function is(given: AdmissionRequest['resource'], resource: string, group = ''): boolean {
  return (given?.group ?? '') === group && given?.version === 'v1' && given.resource === resource;
}

function textOf(resource: AdmissionRequest['resource']): string {
  return `${resource?.group ?? ''}/${resource?.version ?? ''}, Resource=${resource?.resource ?? ''}`;
}
