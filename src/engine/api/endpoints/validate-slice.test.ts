import { expect, it } from 'vitest';
import type { EndpointSlice } from '../generated/types.ts';
import { Findings } from '../validation.ts';
import { validateEndpointSlice } from './validate-slice.ts';

const findingsOf = (slice: Partial<EndpointSlice>): string[] => {
  const findings = new Findings();
  validateEndpointSlice(
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 's' }, addressType: 'IPv6', endpoints: [], ...slice },
    findings,
  );
  return findings.list.map(({ field }) => field);
};

it('looks at ports first, and names the list where an address is of the other family', () => {
  const ports = ['a', 'a'].map((name) => ({ name, port: 80, protocol: 'TCP' }));
  expect(findingsOf({ ports, endpoints: [{ addresses: ['203.0.113.5'] }, { addresses: [] }, { addresses: ['x'] }] })).toEqual([
    'ports[1].name',
    'endpoints[0].addresses',
    'endpoints[1].addresses',
    'endpoints[2].addresses[0]',
  ]);
});
