import { badRequest, failure } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Task } from '../../os/task.ts';
import { Findings, invalid } from '../../api/validation.ts';
import type { RequestContext, Target } from '../context.ts';
import { integerParameter } from '../parameters.ts';
import type { ServerParts } from '../server-parts.ts';
import { textResponse } from '../response.ts';
import { first, isTrue } from '../route.ts';
import type { ApiRequest, ApiResponse, ExecOptions, KubeletServer, LogOptions, Stream } from '../types.ts';

// What the API server does not answer itself but passes on to the kubelet of the pod's node (port 10250).

/** `kubectl logs`. */
export function readLog(context: RequestContext, target: Target, options: ServerParts): ApiResponse {
  const { request } = context;
  const logOptions = readLogOptions(request, target.name);
  const pod = options.registry.get(target) as Pod;
  const container = containerOf(pod, first(request, 'container') ?? '');
  // Not placed yet: there is nobody to ask, and nothing to say.
  if ((pod.spec?.nodeName ?? '') === '') return { code: 204, headers: {} };
  const logs = kubeletOf(pod, options).logs(target.namespace, target.name, container, logOptions);
  if (typeof logs === 'string')
    return { ...textResponse(200, logs), headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' } };
  return streamResponse(logs, 200, 'text/plain');
}

/** `kubectl exec`. */
export function* exec(context: RequestContext, target: Target, options: ServerParts): Task<ApiResponse> {
  const asked = readExecOptions(context.request);
  yield* admitConnection(context, target, options, 'PodExecOptions', { ...shown(asked), command: asked.command });
  const { pod, container } = locate(context, target, options);
  return streamResponse(kubeletOf(pod, options).exec(target.namespace, target.name, container, asked));
}

/** `kubectl attach`. */
export function* attach(context: RequestContext, target: Target, options: ServerParts): Task<ApiResponse> {
  const asked = readExecOptions(context.request);
  yield* admitConnection(context, target, options, 'PodAttachOptions', shown(asked));
  const { pod, container } = locate(context, target, options);
  return streamResponse(kubeletOf(pod, options).attach(target.namespace, target.name, container, asked));
}

/** `kubectl port-forward`. */
export function* portForward(context: RequestContext, target: Target, options: ServerParts): Task<ApiResponse> {
  yield* admitConnection(context, target, options, 'PodPortForwardOptions', {});
  const pod = options.registry.get(target) as Pod;
  requireHost(pod);
  const ports = texts(context.request, 'ports')
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
  for (const port of ports)
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535)
      throw badRequest(`unable to parse ${JSON.stringify(port)} as a port`);
  return streamResponse(kubeletOf(pod, options).portForward(target.namespace, target.name, ports.map(Number)));
}

/** Connections are admitted like writes; what they ask for is the object. */
export function* admitConnection(
  context: RequestContext,
  target: Target,
  { registry }: ServerParts,
  kind: string,
  asked: object,
): Task<void> {
  const container = first(context.request, 'container') ?? '';
  const named = container === '' ? {} : { container };
  const object = { kind, apiVersion: 'v1', ...asked, ...named } as unknown as ApiObject;
  const operation = { verb: 'connect' as const, ...target, subresource: context.info.subresource, object, context };
  yield* registry.admission.admit(operation);
  yield* registry.admission.validate(operation);
}

const shown = ({ stdin, stdout, stderr, tty }: ExecOptions): object => ({
  ...(stdin ? { stdin } : {}),
  ...(stdout ? { stdout } : {}),
  ...(stderr ? { stderr } : {}),
  ...(tty ? { tty } : {}),
});

function locate(context: RequestContext, target: Target, { registry }: ServerParts): { pod: Pod; container: string } {
  const pod = registry.get(target) as Pod;
  const container = containerOf(pod, first(context.request, 'container') ?? '');
  requireHost(pod);
  return { pod, container };
}

function requireHost(pod: Pod): void {
  if ((pod.spec?.nodeName ?? '') === '') throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}

function kubeletOf(pod: Pod, { kubelets }: ServerParts): KubeletServer {
  const node = pod.spec?.nodeName ?? '';
  const kubelet = kubelets(node);
  if (kubelet !== undefined) return kubelet;
  const address = pod.status?.hostIP ?? node;
  throw failure(
    500,
    'InternalError',
    `Internal error occurred: error dialing backend: dial tcp ${address}:10250: connect: connection refused`,
  );
}

/** Which container is meant: the one named, or the only one there is. */
function containerOf(pod: Pod, wanted: string): string {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  const podName = pod.metadata.name ?? '';
  if (wanted === '') {
    if (names.length === 1) return names[0] as string;
    const all = [...initContainers, ...containers].map(({ name }) => name);
    if (all.length === 0) throw badRequest(`a container name must be specified for pod ${podName}`);
    throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${all.join(' ')}]`);
  }
  if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${podName}`);
  return wanted;
}

function readLogOptions(request: ApiRequest, pod: string): LogOptions {
  const findings = new Findings();
  const tailLines = integerParameter(request, 'tailLines');
  const sinceSeconds = integerParameter(request, 'sinceSeconds');
  const limitBytes = integerParameter(request, 'limitBytes');
  const sinceTime = first(request, 'sinceTime');
  if (tailLines !== undefined && tailLines < 0) findings.invalid('tailLines', tailLines, 'must be greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1) findings.invalid('limitBytes', limitBytes, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    findings.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  else if (sinceSeconds !== undefined && sinceSeconds < 1) findings.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0');
  if (!findings.empty) throw invalid('PodLogOptions', '', pod, findings.list);
  return {
    follow: isTrue(first(request, 'follow')),
    previous: isTrue(first(request, 'previous')),
    timestamps: isTrue(first(request, 'timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function readExecOptions(request: ApiRequest): ExecOptions {
  const flag = (name: string): boolean => isTrue(first(request, name));
  return { command: texts(request, 'command'), stdin: flag('stdin'), stdout: flag('stdout'), stderr: flag('stderr'), tty: flag('tty') };
}

function texts(request: ApiRequest, parameter: string): readonly string[] {
  const value = request.query?.[parameter];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function streamResponse(stream: Stream, code = 101, type?: string): ApiResponse {
  return { code, headers: type === undefined ? {} : { 'content-type': type }, stream };
}
