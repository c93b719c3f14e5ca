import type { Process, ServedRequest, ServedResponse } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { decode } from '../../../os/text.ts';
import { badRequest, checkReview, parsed, serveReviews, verbose } from './agnhost-webhook.ts';
import { klog } from './go-log.ts';

type Converted = { readonly apiVersion?: string; readonly [field: string]: unknown };

/** `agnhost crd-conversion-webhook`: `/crdconvert` turns the `hostPort` of stable.example.com/v1 into `host` and `port` of v2, and back. */
export function* conversionWebhook(process: Process, args: readonly string[]): Task<number> {
  return yield* serveReviews(process, args, [], (request, flags) => {
    const path = request.path.split('?')[0] as string;
    if (path === '/readyz') return { status: 200, body: 'ok' };
    return path === '/crdconvert' ? convert(process, request, flags) : undefined;
  });
}

function convert(process: Process, request: ServedRequest, flags: ReadonlyMap<string, string>): ServedResponse {
  const text = decode(request.body);
  const refused = checkReview(process, request, text, flags);
  if (refused !== undefined) return refused;
  const asked = parsed(text) as
    | { kind?: string; apiVersion?: string; request?: { uid?: string; desiredAPIVersion?: string; objects?: readonly Converted[] } }
    | undefined;
  if (asked === undefined) return badRequest(process, `failed to deserialize body (${text}) with error couldn't get version/kind`);
  if (asked.kind !== 'ConversionReview' || !/^apiextensions\.k8s\.io\/v1(beta1)?$/.test(asked.apiVersion ?? ''))
    return badRequest(process, `Unsupported group version kind: ${asked.apiVersion ?? ''}, Kind=${asked.kind ?? ''}`);
  const { uid = '', desiredAPIVersion = '', objects = [] } = asked.request ?? {};
  const results = objects.map((object) => convertOne(object, desiredAPIVersion));
  const failure = results.find((each): each is string => typeof each === 'string');
  if (failure !== undefined) klog(process, 'E', 'framework.go:96', failure);
  const response =
    failure === undefined
      ? { uid, convertedObjects: results, result: { metadata: {}, status: 'Success' } }
      : { uid, convertedObjects: null, result: { metadata: {}, status: 'Failure', message: failure } };
  const body = JSON.stringify({ kind: 'ConversionReview', apiVersion: asked.apiVersion, response });
  if (verbose(flags)) klog(process, 'I', 'framework.go:150', `sending response: ${body}`);
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** The object in another version, or why not. */
function convertOne(object: Converted, to: string): Converted | string {
  const from = object.apiVersion ?? '';
  if (from === to) return `conversion from a version to itself should not call the webhook: ${to}`;
  if (from === 'stable.example.com/v1' && to === 'stable.example.com/v2') {
    const { hostPort, ...rest } = object;
    if (hostPort === undefined) return { ...rest, apiVersion: to };
    const parts = String(hostPort).split(':');
    return parts.length === 2
      ? { ...rest, apiVersion: to, host: parts[0], port: parts[1] }
      : `invalid hostPort value \`${String(hostPort)}\``;
  }
  if (from === 'stable.example.com/v2' && to === 'stable.example.com/v1') {
    const { host, port, ...rest } = object;
    if (host === undefined && port === undefined) return { ...rest, apiVersion: to };
    return { ...rest, apiVersion: to, hostPort: `${String(host ?? '')}:${String(port ?? '')}` };
  }
  return `unexpected conversion version "${from.startsWith('stable.example.com/v') ? to : from}"`;
}
