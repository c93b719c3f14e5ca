import type { Registry } from './registry.ts';
import { SECOND, type Millis } from '../sim/time.ts';

const LABELS = ['major', 'minor', 'git_version', 'git_commit', 'git_tree_state', 'build_date', 'go_version', 'compiler', 'platform'];

/** What every Kubernetes program tells of itself: its version and since when it runs. */
export function buildInfo(into: Registry, startedAt: () => Millis): void {
  into.later((registry) => addBuildInfo(registry, startedAt));
}

function addBuildInfo(registry: Registry, startedAt: () => Millis): void {
  registry.collect({ name: 'kubernetes_build_info', help: 'Always 1; the labels say what was built.', labels: LABELS }, (emit) =>
    emit(
      1,
      '1',
      '36',
      'v1.36.3',
      '0000000000000000000000000000000000000000',
      'clean',
      '2026-01-05T09:00:00Z',
      'go1.26.1',
      'gc',
      'linux/amd64',
    ),
  );
  registry.collect(
    { name: 'process_start_time_seconds', help: 'When the process started, in seconds since 1970.', stability: 'ALPHA', labels: [] },
    (emit) => emit(startedAt() / SECOND),
  );
}
