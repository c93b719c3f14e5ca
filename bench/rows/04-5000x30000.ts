import { createDeployment, openWith } from '../drive.ts';
import { measure, type Row } from '../measure.ts';

/** On the way to Kubernetes' own published limit (row 05). */
export const row: Row = {
  title: '5,000 nodes × 30,000 pods, all Ready',
  lines: [
    { phase: 'open', field: 'cpu', unit: 'ms CPU' },
    { phase: 'create', field: 'cpu', unit: 'ms CPU' },
  ],
  heavy: true,
  run() {
    let cluster!: ReturnType<typeof openWith>;
    const opened = measure('open', () => {
      cluster = openWith(5000, 110, { log: false });
    });
    return [opened, createDeployment(cluster, 30_000)];
  },
};
