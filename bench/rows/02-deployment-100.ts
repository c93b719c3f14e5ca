import { createDeployment, openWith, rollDeployment } from '../drive.ts';
import type { Row } from '../measure.ts';

export const row: Row = {
  title: 'Deployment of 100 pods on 3 nodes: apply to Ready; rolling update',
  target: '100 ms; 200 ms CPU',
  run() {
    const cluster = openWith(3, 110);
    return [createDeployment(cluster, 100), rollDeployment(cluster, 100)];
  },
};
