import type { Endpoint, EndpointSlice, Namespace, Service } from '../api/generated/types.ts';
import type { Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import { ENDPOINT_SLICES, NAMESPACES, SERVICES } from '../client/resources.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../network/dns-message.ts';
import { Socket } from '../network/namespace.ts';
import type { Image } from '../os/image.ts';
import { say, untilSignal } from '../os/daemon.ts';
import type { Process, Program } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import { decode } from '../os/text.ts';
import { CONTENT_TYPE } from '../metrics/exposition.ts';
import { CoreDnsMetrics } from './coredns-metrics.ts';
import { SECOND } from '../sim/time.ts';
import type { Simulation } from '../sim/simulation.ts';

const VERSION = '1.14.2';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** The Corefile's `ttl 30`, in seconds. */
const TTL = 30;
const SERVICE_LABEL = 'kubernetes.io/service-name';

/** The image whose program answers the cluster's DNS. It learns of Services as any client does: through the API server. */
export function corednsImage(options: { sim: Simulation; transport: Transport }): Image {
  const program: Program = (process) => coredns(process, options);
  return {
    repository: 'registry.k8s.io/coredns/coredns',
    hasTag: (tag) => /^v1\.\d+\.\d+$/.test(tag),
    size: 22_400_000,
    user: 'root',
    entrypoint: ['/coredns'],
    programs: { '/coredns': program },
  };
}

function* coredns(process: Process, { sim, transport }: { sim: Simulation; transport: Transport }): Task<number> {
  if (!(process.net instanceof Socket)) throw new Error('coredns needs a network namespace of the cluster');
  process.use({ memory: 20 * 1024 * 1024, cpu: 2 });
  if (!process.files.exists(TOKEN)) {
    say(process.stdout, `plugin/kubernetes: open ${TOKEN}: no such file or directory\n`);
    return 1;
  }
  const client = new Client(transport, `pod/kube-system/${process.hostname}`, { kind: 'token', token: decode(process.files.read(TOKEN)) });
  const records = new ClusterRecords(sim, client);
  records.start();
  const metrics = new CoreDnsMetrics(VERSION);
  process.net.serveDatagrams(53, (payload) => {
    const answer = records.answer(payload as DnsQuestion);
    metrics.answered(payload as DnsQuestion, answer);
    return { payload: answer };
  });
  // The Corefile's plugin `prometheus :9153`.
  process.net.serveHttp(9153, ({ path }) =>
    path.split('?')[0] === '/metrics'
      ? { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: metrics.registry.text() }
      : { status: 404, body: '404 page not found\n' },
  );
  // The Corefile's plugins `ready` and `health`.
  process.net.serveHttp(8181, () => (records.synced ? { status: 200, body: 'OK' } : { status: 503, body: 'kubernetes' }));
  let lame = false;
  process.net.serveHttp(8080, () => (lame ? { status: 503, body: '' } : { status: 200, body: 'OK' }));
  say(process.stdout, `.:53\nCoreDNS-${VERSION}\nlinux/amd64, go1.25.1\n`);
  try {
    yield* untilSignal(process, ['TERM', 'INT']);
    say(process.stdout, '[INFO] SIGTERM: Shutting down servers then terminating\n[INFO] plugin/health: Going into lameduck mode for 5s\n');
    lame = true;
    yield* process.sleep(5 * SECOND);
    return 0;
  } finally {
    records.stop();
  }
}

/** What CoreDNS's `kubernetes` plugin knows of a cluster, and its answers. */
class ClusterRecords {
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #namespaces: Informer<Namespace>;

  constructor(sim: Simulation, client: Client) {
    this.#services = new Informer(sim, client, SERVICES, {
      indexes: { ip: ({ spec }) => (spec?.clusterIP === undefined ? [] : [spec.clusterIP]) },
    });
    this.#slices = new Informer(sim, client, ENDPOINT_SLICES, {
      indexes: { service: ({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_LABEL] ?? ''}`] },
    });
    this.#namespaces = new Informer(sim, client, NAMESPACES);
  }

  get synced(): boolean {
    return this.#services.synced && this.#slices.synced && this.#namespaces.synced;
  }

  start(): void {
    for (const informer of [this.#services, this.#slices, this.#namespaces]) informer.start();
  }

  stop(): void {
    for (const informer of [this.#services, this.#slices, this.#namespaces]) informer.stop();
  }

  answer({ name, type }: DnsQuestion): DnsAnswer {
    const lower = name.toLowerCase();
    if (type === 'PTR') return this.#pointer(lower);
    // No `forward` in this Corefile: what is not the cluster's is refused.
    if (!lower.endsWith('.cluster.local.') && lower !== 'cluster.local.') return { rcode: 'REFUSED', records: [] };
    const labels = lower.slice(0, -'.cluster.local.'.length).split('.');
    const kind = labels.pop();
    const namespace = labels.pop() ?? '';
    if (kind === 'svc') return this.#service(lower, type, labels, namespace);
    if (kind === 'pod' && labels.length === 1) return this.#pod(lower, type, labels[0] as string, namespace);
    return lower === 'cluster.local.' ? { rcode: 'NOERROR', records: [] } : NOT_FOUND;
  }

  #service(name: string, type: DnsQuestion['type'], labels: readonly string[], namespace: string): DnsAnswer {
    // `svc.cluster.local` and a namespace under it exist without being anybody's address.
    if (labels.length === 0)
      return namespace === '' || this.#namespaces.get(namespace) !== undefined ? { rcode: 'NOERROR', records: [] } : NOT_FOUND;
    const service = this.#services.get(`${namespace}/${labels[labels.length - 1] ?? ''}`);
    if (service === undefined) return NOT_FOUND;
    const front = labels.slice(0, -1);
    if (front.length === 2 && front.every((label) => label.startsWith('_')))
      return this.#ports(name, type, service, front as [string, string]);
    if (front.length > 1) return NOT_FOUND;
    const external = service.spec?.externalName;
    if (service.spec?.type === 'ExternalName' && external !== undefined) {
      const target = `${external.replace(/\.$/, '')}.`;
      const alias: DnsRecord = { name, type: 'CNAME', ttl: TTL, data: target };
      // What the alias stands for is told along, as far as it is known here.
      return { rcode: 'NOERROR', records: target === name ? [alias] : [alias, ...this.answer({ name: target, type }).records] };
    }
    const headless = service.spec?.clusterIP === 'None';
    if (front.length === 0 && !headless) return addresses(name, type, [service.spec?.clusterIP ?? '']);
    const endpoints = this.#endpoints(service).filter((endpoint) => front.length === 0 || hostOf(endpoint) === front[0]);
    return endpoints.length === 0
      ? NOT_FOUND
      : addresses(
          name,
          type,
          endpoints.flatMap((endpoint) => endpoint.addresses),
        );
  }

  /** `_http._tcp.web.default.svc.cluster.local`. */
  #ports(name: string, type: DnsQuestion['type'], service: Service, [port, protocol]: [string, string]): DnsAnswer {
    const found = (service.spec?.ports ?? []).filter(
      (each) => `_${each.name ?? ''}` === port && `_${(each.protocol ?? 'TCP').toLowerCase()}` === protocol,
    );
    if (found.length === 0) return NOT_FOUND;
    if (type !== 'SRV') return { rcode: 'NOERROR', records: [] };
    const base = name.split('.').slice(2).join('.');
    const targets: { host: string; port: number; ip: string }[] =
      service.spec?.clusterIP === 'None'
        ? this.#endpointPorts(service, found[0]?.name ?? '').map(({ endpoint, port: number, ip }) => ({
            host: `${hostOf(endpoint)}.${base}`,
            port: number,
            ip,
          }))
        : found.map((each) => ({ host: base, port: each.port, ip: service.spec?.clusterIP ?? '' }));
    const weight = Math.floor(100 / Math.max(1, targets.length));
    return {
      rcode: 'NOERROR',
      records: targets.map((target): DnsRecord => ({ name, type, ttl: TTL, data: `0 ${weight} ${target.port} ${target.host}` })),
      additional: targets.map(({ host, ip }): DnsRecord => ({ name: host, type: 'A', ttl: TTL, data: ip })),
    };
  }

  /** `pods insecure`: the address is in the name, and nobody checks that there is such a pod. */
  #pod(name: string, type: DnsQuestion['type'], label: string, namespace: string): DnsAnswer {
    const ip = label.replace(/-/g, '.');
    if (this.#namespaces.get(namespace) === undefined || !/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return NOT_FOUND;
    return addresses(name, type, [ip]);
  }

  #pointer(name: string): DnsAnswer {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa\.$/.exec(name);
    if (match === null) return NOT_FOUND;
    const ip = [match[4], match[3], match[2], match[1]].join('.');
    const service = this.#services.by('ip', ip)[0];
    if (service === undefined) return NOT_FOUND;
    return {
      rcode: 'NOERROR',
      records: [
        { name, type: 'PTR', ttl: TTL, data: `${service.metadata.name ?? ''}.${service.metadata.namespace ?? ''}.svc.cluster.local.` },
      ],
    };
  }

  #endpoints(service: Service): Endpoint[] {
    return this.#slicesOf(service).flatMap((slice) => published(service, slice));
  }

  /** A headless Service's port is its endpoints' own, whatever number the Service gives it. */
  #endpointPorts(service: Service, port: string): { endpoint: Endpoint; port: number; ip: string }[] {
    return this.#slicesOf(service).flatMap((slice) => {
      const number = slice.ports?.find((each) => (each.name ?? '') === port)?.port;
      if (number === undefined) return [];
      return published(service, slice).map((endpoint) => ({ endpoint, port: number, ip: endpoint.addresses[0] ?? '' }));
    });
  }

  #slicesOf({ metadata }: Service): readonly EndpointSlice[] {
    return this.#slices.by('service', `${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
  }
}

function published(service: Service, { endpoints = [] }: EndpointSlice): Endpoint[] {
  const all = service.spec?.publishNotReadyAddresses === true;
  return endpoints.filter(({ conditions }) => all || conditions?.ready !== false);
}

const NOT_FOUND: DnsAnswer = { rcode: 'NXDOMAIN', records: [] };

function addresses(name: string, type: DnsQuestion['type'], ips: readonly string[]): DnsAnswer {
  // The name exists, but has no address of the other family.
  return { rcode: 'NOERROR', records: type === 'A' ? ips.map((data) => ({ name, type, ttl: TTL, data })) : [] };
}

function hostOf(endpoint: Endpoint): string {
  return endpoint.hostname ?? (endpoint.addresses[0] ?? '').replace(/\./g, '-');
}
