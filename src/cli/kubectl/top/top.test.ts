import { expect, test } from 'vitest';
import { TestWorkstation } from '../test-workstation.ts';
import type { JsonObject } from '../values.ts';

const pod = (name: string, ...usage: [string, string][]): JsonObject => ({
  metadata: { name, namespace: 'default' },
  containers: usage.map(([cpu, memory], i) => ({ name: `c${i}`, usage: { cpu, memory } })),
});
const discovery: JsonObject = {
  kind: 'APIGroupDiscoveryList',
  items: [{ metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', resources: [] }] }],
};
const workstation = TestWorkstation.before([], {
  '/apis': discovery,
  '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods': {
    items: [pod('web', ['12345678n', '10Mi'], ['1m', '2048Ki']), pod('api', ['2', '1Gi'])],
  },
  '/apis/metrics.k8s.io/v1beta1/nodes': { items: [{ metadata: { name: 'n1' }, usage: { cpu: '250m', memory: '1Gi' } }] },
  '/api/v1/nodes': {
    items: ['n1', 'n2'].map((name) => ({ metadata: { name }, status: { allocatable: { cpu: '4', memory: '8Gi' } } })),
  },
});

test('kubectl top pod adds its containers up', () => {
  expect(workstation.run('kubectl top pod').out).toBe(
    ['NAME   CPU(cores)   MEMORY(bytes)   ', 'api    2000m        1024Mi          ', 'web    14m          12Mi            ', ''].join('\n'),
  );
  expect(workstation.run('kubectl top pod --sum --no-headers').out).toContain(
    '      ________   ________   \n      2014m      1036Mi     \n',
  );
  expect(workstation.run('kubectl top pod --containers --sort-by=memory --no-headers').out.split('\n')[1]).toMatch(/^web +c0 +13m +10Mi/);
  expect(workstation.run('kubectl top pod --sort-by=disk').err).toBe('error: --sort-by accepts only cpu or memory\n');
});

test('kubectl top node tells shares, and which nodes are silent', () => {
  expect(workstation.run('kubectl top node').out).toBe(
    [
      'NAME   CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)   ',
      'n1     250m         6%          1024Mi          12%         ',
      'n2     <unknown>    <unknown>   <unknown>       <unknown>   ',
      '',
    ].join('\n'),
  );
});

test('kubectl top refuses where nobody measures', () => {
  expect(TestWorkstation.before([], {}).run('kubectl top pod').err).toBe('error: Metrics API not available\n');
});
