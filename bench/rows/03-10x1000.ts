import { playDeployment } from '../drive.ts';
import { deploymentLines, type Row } from '../measure.ts';

export const row: Row = {
  title: '10 nodes × 1,000 pods',
  lines: deploymentLines(1000),
  peer: [10, 1000],
  run: () => playDeployment(10, 1000),
};
