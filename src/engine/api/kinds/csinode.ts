import { semanticallyEqual } from '../equality.ts';
import type { CSINode } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const csiNode = v1Kind<CSINode>({
  group: 'storage.k8s.io',
  kind: 'CSINode',
  resource: 'csinodes',
  namespaced: false,
  strategy: plainStrategy<CSINode>({
    create: validateNode,
    update(draft, old, findings) {
      validateNode(draft, findings);
      for (const driver of old.spec.drivers ?? []) {
        const now = draft.spec.drivers?.find(({ name }) => name === driver.name);
        if (now !== undefined && !semanticallyEqual(now, driver)) findings.invalid('spec.drivers', internal(now), 'field is immutable');
      }
    },
  }),
  columns: [
    nameColumn(),
    column('Drivers', 'Drivers indicates the number of CSI drivers registered on the node', ({ spec }) => (spec.drivers ?? []).length, {
      type: 'integer',
    }),
    ageColumn(),
  ],
  fidelity: {
    level: 'partial',
    inert: { 'spec.drivers.nodeID': 'there are no storage drivers', 'spec.drivers.topologyKeys': 'there are no storage drivers' },
  },
});

function internal({ name, nodeID, topologyKeys, allocatable }: CSINode['spec']['drivers'][number]): object {
  return {
    Name: name,
    NodeID: nodeID,
    TopologyKeys: topologyKeys ?? null,
    Allocatable: allocatable === undefined ? null : { Count: allocatable.count ?? null },
  };
}

function validateNode({ spec }: CSINode, findings: Findings): void {
  const names = new Set<string>();
  for (const [index, { name = '', nodeID = '', topologyKeys, allocatable }] of (spec.drivers ?? []).entries()) {
    const at = `spec.drivers[${index}]`;
    validateDriverName(name, `${at}.name`, findings);
    if (nodeID === '') findings.required(`${at}.nodeID`);
    else if (nodeID.length > 256) findings.invalid(`${at}.nodeID`, nodeID, 'must be 256 characters or less');
    const count = allocatable?.count;
    if (count !== undefined && count < 0) findings.invalid(`${at}.allocatable.count`, count, 'must be greater than or equal to 0');
    const keys = new Set<string>();
    for (const key of topologyKeys ?? []) {
      if (key === '') findings.required(at);
      if (keys.has(key)) findings.duplicate(at, key);
      keys.add(key);
      for (const problem of isQualifiedName(key)) findings.invalid(at, key, problem);
    }
    if (names.has(name)) findings.duplicate(`${at}.name`, name);
    names.add(name);
  }
}
