import { playDeployment } from '../drive.ts';
import type { Row } from '../measure.ts';

export const row: Row = { title: '100 nodes × 2000 pods', target: '2 s', run: () => playDeployment(100, 2000) };
