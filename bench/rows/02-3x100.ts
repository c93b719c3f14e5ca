import { createDeployment, openWith, rollDeployment, scaleToZero } from '../drive.ts';
import type { Row } from '../measure.ts';

export const row: Row = {
  title: '3 nodes × 100 pods, with the log on: a Deployment applied until Ready, rolled, scaled to 0',
  lines: [
    { phase: 'create', field: 'wall', unit: 'ms', goal: 100 },
    { phase: 'roll', field: 'cpu', unit: 'ms CPU', goal: 200 },
    { phase: 'scale to 0', field: 'wall', unit: 'ms' },
  ],
  peer: [3, 100],
  run() {
    const cluster = openWith(3, 110);
    return [createDeployment(cluster, 100), rollDeployment(cluster, 100), scaleToZero(cluster)];
  },
};
