import { selfSigned, type CertificateAndKey } from '../api/x509/serving-certificate.ts';
import { CONTENT_TYPE } from '../metrics/exposition.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import type { ServedRequest, ServedResponse, ServerTls } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Caller, DelegatedAccess, Wanted } from './delegated-access.ts';

/** Whom a port lets in, and in which words it turns others away. */
export interface Guard {
  readonly access: DelegatedAccess;
  /** Paths that need no permission: `/healthz`. */
  readonly open: (path: string) => boolean;
  readonly wanted: (method: string, path: string) => Wanted;
  readonly unauthorized: () => ServedResponse;
  readonly forbidden: (caller: Caller, method: string, path: string) => ServedResponse;
}

export interface ComponentPortOptions {
  readonly sim: Simulation;
  /** Name of the component, for its certificate. */
  readonly name: string;
  /** The network of the machine it runs on. */
  readonly host: NetworkNamespace;
  readonly port: number;
  readonly running: () => boolean;
  /** HTTPS behind a guard; without one, plain HTTP for everybody. */
  readonly guard?: Guard;
  /** What a path shows; undefined for paths there are none of. */
  readonly page: (path: string, method: string) => ServedResponse | undefined;
}

/** The port at which a component shows its metrics and its health. Refused while the component does not run. */
export class ComponentPort {
  readonly #options: ComponentPortOptions;
  #certificate: CertificateAndKey | undefined;

  constructor(options: ComponentPortOptions) {
    this.#options = options;
    const { host, port, guard, running } = options;
    const tls = guard === undefined ? undefined : (): ServerTls => ({ certificate: this.#serving().certificate, asksForCertificate: true });
    host.open().serveHttp(port, (request) => this.#answer(request), tls, running);
  }

  *#answer(request: ServedRequest): Task<ServedResponse> {
    const { page, guard } = this.#options;
    const [path = ''] = request.path.split('?');
    if (guard !== undefined) {
      const caller = yield* guard.access.authenticate(request);
      if (caller === undefined) return guard.unauthorized();
      if (!guard.open(path) && !(yield* guard.access.allows(caller, guard.wanted(request.method, path))))
        return guard.forbidden(caller, request.method, path);
    }
    return page(path, request.method) ?? text(404, '404 page not found\n');
  }

  /** These components sign for themselves (`--cert-dir`): no authority of the cluster vouches for them. */
  #serving(): CertificateAndKey {
    const { host, name, sim } = this.#options;
    return (this.#certificate ??= selfSigned(host.actor, sim.start, `${name}/${host.actor}/${sim.seed}`));
  }
}

/** Listens for as long as the machine is there. */
export function openPort(options: ComponentPortOptions): ComponentPort {
  return new ComponentPort(options);
}

export function text(status: number, body: string): ServedResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body };
}

export function scrape(body: string): ServedResponse {
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body };
}

const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

/** As kube-controller-manager and kube-scheduler guard theirs: health for all, everything else by permission on the path. */
export function pathGuard(access: DelegatedAccess): Guard {
  const verb = (method: string): string => method.toLowerCase();
  const status = (code: number, reason: string, message: string): ServedResponse => ({
    status: code,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details: {}, code })}\n`,
  });
  return {
    access,
    open: (path) => HEALTH.has(path),
    wanted: (method, path) => ({ nonResourceAttributes: { verb: verb(method), path } }),
    unauthorized: () => status(401, 'Unauthorized', 'Unauthorized'),
    forbidden: ({ name }, method, path) =>
      status(403, 'Forbidden', `forbidden: User ${JSON.stringify(name)} cannot ${verb(method)} path ${JSON.stringify(path)}`),
  };
}
