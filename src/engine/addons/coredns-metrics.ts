import { exponential } from '../metrics/buckets.ts';
import { Registry } from '../metrics/registry.ts';
import type { DnsAnswer, DnsQuestion } from '../network/dns-message.ts';

const SERVER = 'dns://:53';
const ZONE = 'cluster.local.';
/** Types that are counted under their own name; all others are `other`. */
const TYPES = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT']);

/** The plugin `prometheus`: port 9153. */
export class CoreDnsMetrics {
  readonly registry = new Registry();
  readonly #requests;
  readonly #responses;
  readonly #durations;

  constructor(version: string) {
    const { registry } = this;
    this.#requests = registry.counters({
      name: 'coredns_dns_requests_total',
      help: 'Questions asked, by zone, protocol and type.',
      stability: '',
      labels: ['server', 'zone', 'view', 'proto', 'family', 'type'],
    });
    this.#responses = registry.counters({
      name: 'coredns_dns_responses_total',
      help: 'Answers given, by code and by the plugin that gave them.',
      stability: '',
      labels: ['server', 'zone', 'view', 'rcode', 'plugin'],
    });
    this.#durations = registry.histograms({
      name: 'coredns_dns_request_duration_seconds',
      help: 'Time that an answer took.',
      stability: '',
      labels: ['server', 'zone', 'view'],
      buckets: exponential(0.00025, 2, 16),
    });
    registry.collect(
      {
        name: 'coredns_build_info',
        help: 'Always 1; the labels say what was built.',
        stability: '',
        labels: ['version', 'revision', 'goversion'],
      },
      (emit) => emit(1, version, '0000000', 'go1.25.1'),
    );
    registry.collect(
      { name: 'coredns_plugin_enabled', help: 'Plugins of each server.', stability: '', labels: ['server', 'zone', 'view', 'name'] },
      (emit) => {
        for (const plugin of ['cache', 'errors', 'kubernetes', 'loadbalance', 'loop', 'prometheus']) emit(1, SERVER, '.', '', plugin);
      },
    );
    registry.collect(
      { name: 'coredns_panics_total', help: 'Times the server fell over itself.', type: 'counter', stability: '', labels: [] },
      (emit) => emit(0),
    );
  }

  answered({ name, type }: DnsQuestion, { rcode }: DnsAnswer): void {
    const lower = name.toLowerCase();
    const zone = lower === ZONE || lower.endsWith(`.${ZONE}`) ? ZONE : lower.endsWith('.in-addr.arpa.') ? 'in-addr.arpa.' : 'dropped';
    this.#requests.with(SERVER, zone, '', 'udp', '1', TYPES.has(type) ? type : 'other').inc();
    this.#responses.with(SERVER, zone, '', rcode, zone === 'dropped' ? '' : 'kubernetes').inc();
    this.#durations.with(SERVER, zone, '').observe(0);
  }
}
