import type { Authority } from '../api/x509/certificate-authority.ts';
import type { KubeletServer, Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import type { Simulation } from '../sim/simulation.ts';
import { ComponentPort, text, type Guard } from './component-port.ts';
import { DelegatedAccess } from './delegated-access.ts';

export const KUBELET_PORT = 10_250;

export interface KubeletPortOptions {
  sim: Simulation;
  transport: Transport;
  host: NetworkNamespace;
  nodeName: string;
  /** Vouches for client certificates. */
  authority: Authority;
  /** The kubelet's own server, while it runs. */
  dial: () => Pick<KubeletServer, 'page'> | undefined;
}

/**
 * The kubelet's port in the cluster's network, as kubeadm sets it up: a certificate that it made itself (a name and no address in
 * it), no anonymous callers, tokens and rights asked of the API server. What it answers is `KubeletServer.page`'s; what the API
 * server passes on (logs, exec …) comes through `KubeletServer`.
 */
export function openKubeletPort({ sim, transport, host, nodeName, authority, dial }: KubeletPortOptions): ComponentPort {
  const client = new Client(transport, `${nodeName}/kubelet`, {
    kind: 'certificate',
    user: `system:node:${nodeName}`,
    groups: ['system:nodes', 'system:authenticated'],
  });
  const guard: Guard = {
    access: new DelegatedAccess({ sim, client, authority, anonymous: false }),
    open: () => false,
    wanted: (method, path) => ({
      resourceAttributes: { verb: verbOf(method), version: 'v1', resource: 'nodes', subresource: subresourceOf(path), name: nodeName },
    }),
    unauthorized: () => text(401, 'Unauthorized'),
    forbidden: ({ name }, method, path) =>
      text(403, `Forbidden (user=${name}, verb=${verbOf(method)}, resource=nodes, subresource(s)=[${subresourceOf(path)}])`),
  };
  return new ComponentPort({
    sim,
    name: 'kubelet',
    host,
    port: KUBELET_PORT,
    running: () => dial() !== undefined,
    guard,
    page: (path, method) => {
      const page = dial()?.page(path);
      if (page === undefined) return undefined;
      if (method !== 'GET' && method !== 'HEAD') return text(405, '405: Method Not Allowed');
      return { status: 200, headers: { 'content-type': page.contentType }, body: page.body };
    },
  });
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const verbOf = (method: string): string => VERBS[method] ?? '';

/** pkg/kubelet/server/auth.go: which part of the node a path belongs to. */
function subresourceOf(path: string): string {
  const below = (root: string): boolean => path === root || path.startsWith(`${root}/`);
  if (below('/stats')) return 'stats';
  if (below('/metrics')) return 'metrics';
  if (below('/logs')) return 'log';
  if (below('/checkpoint')) return 'checkpoint';
  return 'proxy';
}
