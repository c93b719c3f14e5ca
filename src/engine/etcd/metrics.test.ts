import { expect, it } from 'vitest';
import { Simulation } from '../sim/simulation.ts';
import { EtcdMetrics } from './metrics.ts';
import { Store } from './store.ts';

it('counts what is put and deleted, and shows the revision', () => {
  const store = new Store(new Simulation({ seed: 1 }));
  const { registry } = new EtcdMetrics(store);
  store.put('/a', 1);
  store.put('/a', 2);
  store.put('/b', 1);
  store.delete('/a');
  store.compact(store.revision - 1);
  const text = registry.text();
  for (const line of [
    'etcd_mvcc_put_total 3',
    'etcd_mvcc_delete_total 1',
    'etcd_debugging_mvcc_current_revision 5',
    'etcd_debugging_mvcc_compact_revision 4',
    'etcd_server_has_leader 1',
    'etcd_server_proposals_committed_total 4',
  ])
    expect(text).toContain(`${line}\n`);
  // etcd promises nothing of its metrics.
  expect(text).toContain('# HELP etcd_mvcc_put_total Puts that this member saw.\n# TYPE etcd_mvcc_put_total counter\n');
});
