import { Registry } from '../metrics/registry.ts';
import type { Store } from './store.ts';

/** What etcd shows on port 2381. Its member is alone and always leads; what a disk would take is not played. */
export class EtcdMetrics {
  readonly registry = new Registry();
  #puts = 0;
  #deletes = 0;
  readonly #stop: () => void;

  constructor(store: Store) {
    const { registry } = this;
    this.#stop = store.watch({
      start: '',
      end: '',
      onEvent: ({ type }) => {
        if (type === 'PUT') this.#puts++;
        else this.#deletes++;
      },
    });
    const show = (name: string, help: string, type: 'counter' | 'gauge', value: () => number): void =>
      registry.collect({ name, help, type, stability: '', labels: [] }, (emit) => emit(value()));
    show('etcd_server_has_leader', 'Is there a leader?', 'gauge', () => 1);
    show('etcd_server_is_leader', 'Is this member the leader?', 'gauge', () => 1);
    show('etcd_server_leader_changes_seen_total', 'Changes of leader that this member saw.', 'counter', () => 1);
    show('etcd_server_proposals_committed_total', 'Proposals committed.', 'gauge', () => store.revision - 1);
    show('etcd_server_proposals_applied_total', 'Proposals applied.', 'gauge', () => store.revision - 1);
    show('etcd_server_proposals_pending', 'Proposals that wait to be committed.', 'gauge', () => 0);
    show('etcd_server_proposals_failed_total', 'Proposals that failed.', 'counter', () => 0);
    show('etcd_mvcc_put_total', 'Puts that this member saw.', 'counter', () => this.#puts);
    show('etcd_mvcc_delete_total', 'Deletions that this member saw.', 'counter', () => this.#deletes);
    show('etcd_debugging_mvcc_keys_total', 'Keys that have a version that is kept.', 'gauge', () => store.size);
    show('etcd_debugging_mvcc_current_revision', 'The revision of the store.', 'gauge', () => store.revision);
    show('etcd_debugging_mvcc_compact_revision', 'The revision up to which history is forgotten.', 'gauge', () => store.compactRevision);
    registry.collect(
      { name: 'etcd_server_version', help: 'Always 1; the label says the version.', stability: '', labels: ['server_version'] },
      (emit) => emit(1, '3.6.8'),
    );
  }

  stop(): void {
    this.#stop();
  }
}
