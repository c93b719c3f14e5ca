import { playDeployment } from '../drive.ts';
import { deploymentLines, type Row } from '../measure.ts';

export const row: Row = { title: '3 nodes × 10 pods', lines: deploymentLines(), peer: [3, 10], run: () => playDeployment(3, 10) };
