import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoints, EndpointSlice } from '../../api/generated/types.ts';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from '../../client/resources.ts';
import { TestCluster } from '../test-cluster.ts';

type Subsets = NonNullable<Endpoints['subsets']>;

class World {
  readonly cluster = new TestCluster({ nodes: 0 });

  constructor() {
    const ports = [{ port: 80, protocol: 'TCP' }];
    this.admin.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'default' }, spec: { ports } });
    this.cluster.settle();
  }

  get admin(): TestCluster['admin'] {
    return this.cluster.admin;
  }

  write(subsets: Subsets, metadata: Partial<Endpoints['metadata']> = {}): this {
    const endpoints: Endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'default', ...metadata },
      subsets,
    };
    const there = this.admin.list(ENDPOINTS, { namespace: 'default', fieldSelector: 'metadata.name=db' }).items.length > 0;
    if (there) this.admin.update(ENDPOINTS, endpoints);
    else this.admin.create(ENDPOINTS, endpoints);
    this.cluster.settle();
    return this;
  }

  get slices(): readonly EndpointSlice[] {
    return this.admin.list(ENDPOINT_SLICES, { namespace: 'default' }).items;
  }

  /** `IPv4 80,443: 10.0.0.1 10.0.0.2!` (`!`: not ready). */
  get lines(): string[] {
    return this.slices
      .map(({ addressType, ports = [], endpoints = [] }) => {
        const addresses = endpoints.map(({ addresses: [ip], conditions }) => `${ip}${conditions?.ready === true ? '' : '!'}`);
        return `${addressType} ${ports.map(({ port }) => port).join()}: ${addresses.join(' ')}`;
      })
      .sort();
  }
}

const of = (ips: readonly string[], ports: readonly number[] = [80]): Subsets[number] => ({
  addresses: ips.map((ip) => ({ ip })),
  ports: ports.map((port) => ({ port, name: `p${port}` })),
});

describe('EndpointSliceMirroringController', () => {
  it('makes a slice of hand-made Endpoints, with their labels and annotations', () => {
    const world = new World().write([of(['10.0.0.1', '10.0.0.2'])], { labels: { team: 'blue' }, annotations: { note: 'by hand' } });
    const [slice] = world.slices;
    expect(world.lines).toEqual(['IPv4 80: 10.0.0.1 10.0.0.2']);
    expect(slice?.metadata).toMatchObject({
      generateName: 'db-',
      annotations: { note: 'by hand' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'db', controller: true, blockOwnerDeletion: true }],
    });
    expect(slice?.metadata.labels).toEqual({
      team: 'blue',
      'kubernetes.io/service-name': 'db',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    });
    world.write([of(['10.0.0.3'])]);
    expect(world.lines).toEqual(['IPv4 80: 10.0.0.3']);
    // The same slice, written anew.
    expect(world.slices[0]?.metadata.uid).toBe(slice?.metadata.uid);
    expect(world.slices[0]?.metadata.annotations).toBeUndefined();
  });

  it('has a slice for each set of ports and each kind of address, and tells who is not ready', () => {
    const world = new World().write([
      of(['10.0.0.1', '2001:db8::1']),
      { notReadyAddresses: [{ ip: '10.0.0.2' }], ports: [{ port: 80, name: 'p80' }] },
      of(['10.0.0.9'], [443]),
    ]);
    expect(world.lines).toEqual(['IPv4 443: 10.0.0.9', 'IPv4 80: 10.0.0.1 10.0.0.2!', 'IPv6 80: 2001:db8::1']);
  });

  it('leaves alone what bears the skip label, what a Service selects and what has no Service', () => {
    const skipped = new World().write([of(['10.0.0.1'])], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } });
    expect(skipped.lines).toEqual([]);
    const world = new World().write([of(['10.0.0.1'])]);
    expect(world.lines).toHaveLength(1);
    world.write([of(['10.0.0.1'])], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } });
    expect(world.lines).toEqual([]);
    world.write([of(['10.0.0.1'])]);
    world.admin.delete(SERVICES, 'default', 'db');
    world.cluster.settle();
    expect(world.lines).toEqual([]);
  });

  it('mirrors no more than a thousand addresses of a subset', () => {
    const ips = Array.from({ length: 1100 }, (_, i) => `10.0.${Math.floor(i / 250)}.${(i % 250) + 1}`);
    const world = new World().write([of(ips)]);
    expect(world.slices.map(({ endpoints = [] }) => endpoints.length)).toEqual([1000]);
    expect(world.cluster.events('Endpoints')).toEqual([
      'Warning TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints resource. 100 addresses were skipped',
    ]);
  });

  it('puts right what somebody changes, and forgets with the Endpoints', () => {
    const world = new World().write([of(['10.0.0.1'])]);
    const [slice] = world.slices;
    world.admin.update(ENDPOINT_SLICES, { ...(slice as EndpointSlice), endpoints: [{ addresses: ['10.6.6.6'] }] });
    world.cluster.settle();
    expect(world.lines).toEqual(['IPv4 80: 10.0.0.1']);
    world.admin.delete(ENDPOINT_SLICES, 'default', slice?.metadata.name ?? '');
    world.cluster.settle();
    expect(world.lines).toEqual(['IPv4 80: 10.0.0.1']);
    world.admin.delete(ENDPOINTS, 'default', 'db');
    world.cluster.settle();
    expect(world.slices).toEqual([]);
  });

  it('shows the same addresses as the Endpoints, whatever they were before', () => {
    const ip = fc.integer({ min: 1, max: 6 }).map((n) => `10.0.0.${n}`);
    const subset = fc.record({ ips: fc.uniqueArray(ip, { minLength: 1 }), port: fc.constantFrom(80, 443) });
    fc.assert(
      fc.property(fc.array(fc.array(subset, { maxLength: 3 }), { minLength: 1, maxLength: 4 }), (versions) => {
        const world = new World();
        for (const version of versions) {
          world.write(version.map(({ ips, port }) => of(ips, [port])));
          const wanted = new Set(version.flatMap(({ ips, port }) => ips.map((each) => `${each}:${port}`)));
          const shown = world.slices.flatMap(({ endpoints = [], ports = [] }) =>
            endpoints.flatMap(({ addresses }) => ports.map(({ port }) => `${addresses[0]}:${port}`)),
          );
          expect(shown.sort()).toEqual([...wanted].sort());
        }
      }),
      { numRuns: 60 },
    );
  }, 20_000);
});
