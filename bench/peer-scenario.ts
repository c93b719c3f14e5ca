import { playDeployment } from './drive.ts';
import type { Row } from './measure.ts';

const [nodes = 3, pods = 10] = process.argv.slice(3).map(Number);

/** What the peer is asked to do, done here. */
export const row: Row = { title: `${nodes} nodes × ${pods} pods`, target: '', run: () => playDeployment(nodes, pods).slice(1) };
