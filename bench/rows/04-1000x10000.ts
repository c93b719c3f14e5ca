import { createDeployment, openWith } from '../drive.ts';
import { measure, type Row } from '../measure.ts';

/** On the way to Kubernetes' own published limit (row 05). */
export const row: Row = {
  title: '1,000 nodes × 10,000 pods, all Ready',
  lines: [
    { phase: 'open', field: 'cpu', unit: 'ms CPU' },
    { phase: 'create', field: 'cpu', unit: 'ms CPU' },
  ],
  heavy: true,
  run() {
    let cluster!: ReturnType<typeof openWith>;
    const opened = measure('open', () => {
      cluster = openWith(1000, 110, { log: false });
    });
    return [opened, createDeployment(cluster, 10_000)];
  },
};
