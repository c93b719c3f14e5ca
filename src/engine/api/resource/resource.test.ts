import { expect, it } from 'vitest';
import type { ResourceResourceClaim, ResourceSliceSpec } from '../generated/types.ts';
import { Findings } from '../validation.ts';
import { validateSelectors } from './selector.ts';
import { validateSlice } from './slice.ts';
import { validateClaimStatus } from './status.ts';

function told(validate: (findings: Findings) => void): string[] {
  const findings = new Findings();
  validate(findings);
  return findings.list.map(({ field, body }) => `${field}: ${body}`);
}

const selector = (expression: string): string[] => told((findings) => validateSelectors([{ cel: { expression } }], 'selectors', findings));

it('takes selectors that come to a bool and cost little', () => {
  expect(selector('device.driver == "gpu.example.com" && device.attributes["gpu.example.com"].model == "a"')).toEqual([]);
  expect(selector('cel.bind(gpu, device.attributes["gpu.example.com"], gpu.fast)')).toEqual([]);
  expect(selector('device.driver')).toEqual([
    'selectors[0].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string',
  ]);
  expect(
    selector('device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a == b && c == d))))'),
  ).toEqual(['selectors[0].cel.expression: Forbidden: too complex, exceeds cost limit']);
});

it('tells what is wrong with a slice', () => {
  const spec: ResourceSliceSpec = {
    driver: 'gpu.example.com',
    pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
    allNodes: true,
    devices: [{ name: 'a', attributes: { fast: {} }, bindingConditions: ['ready'], nodeName: 'n' }],
  };
  expect(told((findings) => validateSlice(spec, undefined, findings))).toEqual([
    'spec.devices[0].attributes[fast]: Invalid value: "": exactly one value must be specified',
    'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
    'spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions',
  ]);
});

it('lets only what is allocated be reserved', () => {
  const claim: ResourceResourceClaim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'c', namespace: 'default' },
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } },
  };
  const reservedFor = [{ resource: 'pods', name: 'p', uid: 'u' }];
  const result = { request: 'gpu', driver: 'gpu.example.com', pool: 'p', device: 'd' };
  const status = (more: object): string[] => told((findings) => validateClaimStatus({ ...claim, status: more }, claim, findings));
  expect(status({ reservedFor })).toEqual(['status.reservedFor: Forbidden: may not be specified when `allocated` is not set']);
  expect(status({ reservedFor, allocation: { devices: { results: [result] } } })).toEqual([]);
  expect(status({ allocation: { devices: { results: [{ ...result, request: 'web' }] } } })).toEqual([
    'status.allocation.devices.results[0].request: Invalid value: "web": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
  ]);
});
