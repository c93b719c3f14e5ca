import { playDeployment } from '../drive.ts';
import type { Row } from '../measure.ts';

export const row: Row = { title: '10 nodes × 1000 pods', target: '1 s', run: () => playDeployment(10, 1000) };
