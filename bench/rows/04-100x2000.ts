import { playDeployment } from '../drive.ts';
import { deploymentLines, type Row } from '../measure.ts';

export const row: Row = {
  title: '100 nodes × 2,000 pods',
  lines: deploymentLines(2000),
  peer: [100, 2000],
  run: () => playDeployment(100, 2000),
};
