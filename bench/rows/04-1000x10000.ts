import { deploymentLines, type Row } from '../measure.ts';
import { playDeployment } from '../drive.ts';

/** On the way to Kubernetes' own published limit (row 05). */
export const row: Row = {
  title: '1,000 nodes × 10,000 pods',
  lines: [{ phase: 'open', field: 'cpu', unit: 'ms CPU' }, ...deploymentLines()],
  peer: [1000, 10_000],
  heavy: true,
  run: () => playDeployment(1000, 10_000),
};
