// Runs in a worker of Chromium (rows/18-chromium.ts): opens a cluster, brings a Deployment's pods up, and tells what it took.
import { createDeployment, openWith } from './drive.ts';
import { measure, type Phase } from './measure.ts';

// A browser tells nobody its CPU time: there the time of the clock on the wall stands in for it.
const cpuUsage = (since = { user: 0 }): { user: number; system: number } => ({ user: performance.now() * 1000 - since.user, system: 0 });
Object.assign(globalThis, { process: { cpuUsage } });

export interface Job {
  readonly workers: number;
  readonly pods: number;
}

addEventListener('message', ({ data }: MessageEvent<Job>) => {
  const { workers, pods } = data;
  let cluster!: ReturnType<typeof openWith>;
  try {
    const opened = measure('open', () => {
      cluster = openWith(workers, Math.max(110, Math.ceil(pods / workers) + 10), { log: false });
    });
    const phases: Phase[] = [opened, createDeployment(cluster, pods)];
    postMessage({ phases });
  } catch (error) {
    postMessage({ problem: String(error) });
  }
});
