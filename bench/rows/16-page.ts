import { shown, started, timed, type, watched, withPlayground } from '../browser.ts';
import type { Phase, Row } from '../measure.ts';

const [WORKERS, PODS] = [10, 1000];

/** What hands and eyes notice, in Chromium: the figure and the prompt while a big rollout runs in the worker beside them. */
export const row: Row = {
  title: `the page: ${PODS} pods on ${WORKERS} nodes come up and roll`,
  lines: [
    { phase: 'click to prompt', field: 'wall', unit: 'ms', goal: 1200 },
    { phase: 'create to Ready', field: 'wall', unit: 'ms' },
    { phase: 'key to echo, median', field: 'value', unit: 'ms', goal: 16 },
    { phase: 'frames a second', field: 'value', unit: 'fps', goal: 60 },
    { phase: 'longest task', field: 'value', unit: 'ms', goal: 50 },
  ],
  async run() {
    return withPlayground(WORKERS, async (page) => {
      const phases: Phase[] = [await started(page)];
      await type(page, `kubectl create deployment web --image=nginx:1.27 --replicas=${PODS}; lab clock +5m; echo al''l there`);
      phases.push(await timed('create to Ready', () => shown(page, 'all there')));
      await type(page, 'kubectl set image deployment/web nginx=nginx:1.28');
      phases.push(...(await watched(page)));
      return phases;
    });
  },
};
