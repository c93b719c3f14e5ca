import type { Authority } from './api/x509/certificate-authority.ts';
import type { Credentials, Transport } from './apiserver/types.ts';
import { Client } from './client/client.ts';
import { MANAGER } from './controllers/identity.ts';
import { EtcdMetrics } from './etcd/metrics.ts';
import type { Store } from './etcd/store.ts';
import type { Registry } from './metrics/registry.ts';
import type { NetworkNamespace } from './network/namespace.ts';
import { openPort, pathGuard, scrape, text } from './node/component-port.ts';
import { DelegatedAccess } from './node/delegated-access.ts';
import type { ServedResponse } from './os/process.ts';
import type { Simulation } from './sim/simulation.ts';

/** A part of the control plane that runs or does not, and counts. */
interface Part {
  readonly running: boolean;
  readonly metrics: { readonly registry: Registry };
}

export interface ControlPlanePortsOptions {
  readonly sim: Simulation;
  readonly store: Store;
  readonly transport: Transport;
  /** The network of the control-plane machine. */
  readonly host: NetworkNamespace;
  /** Vouches for client certificates. */
  readonly authority: Authority;
  /** The member on that machine, if there is one. */
  readonly etcd: { alive(): boolean };
  readonly manager: Part;
  readonly scheduler: Part;
}

const SCHEDULER: Credentials = { kind: 'certificate', user: 'system:kube-scheduler', groups: [] };
const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

/** The ports at which the parts of the control plane show metrics and health, each as its static pod has it. */
export function openControlPlanePorts({
  sim,
  store,
  transport,
  host,
  authority,
  etcd: member,
  manager,
  scheduler,
}: ControlPlanePortsOptions): void {
  const secure = (name: string, port: number, part: Part, credentials: Credentials): void => {
    const access = new DelegatedAccess({ sim, client: new Client(transport, name, credentials), authority, anonymous: true });
    const page = (path: string): ServedResponse | undefined => {
      if (path === '/metrics') return scrape(part.metrics.registry.text());
      return HEALTH.has(path) ? text(200, 'ok') : undefined;
    };
    openPort({ sim, name, host, port, running: () => part.running, guard: pathGuard(access), page });
  };
  secure('kube-controller-manager', 10257, manager, MANAGER);
  secure('kube-scheduler', 10259, scheduler, SCHEDULER);
  const etcd = new EtcdMetrics(store);
  // --listen-metrics-urls: plain HTTP beside the port of the clients, which only the API server may use.
  openPort({
    sim,
    name: 'etcd',
    host,
    port: 2381,
    running: () => member.alive(),
    page: (path) => {
      if (path === '/metrics') return scrape(etcd.registry.text());
      if (path === '/health')
        return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"health":"true","reason":""}' };
      return path === '/livez' || path === '/readyz' ? text(200, 'ok\n') : undefined;
    },
  });
}
