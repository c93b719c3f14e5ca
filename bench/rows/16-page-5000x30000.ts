import { prompted, shown, started, timed, type, watched, withPlayground } from '../browser.ts';
import type { Phase, Row } from '../measure.ts';

const [WORKERS, PODS] = [5000, 30_000];

/** The page with a cluster of the size that Kubernetes is published to bear, while it fills; and a list of all of it. */
export const row: Row = {
  title: `the page: ${PODS} pods come up on ${WORKERS} nodes`,
  lines: [
    { phase: 'click to prompt', field: 'wall', unit: 'ms' },
    { phase: 'key to echo, median', field: 'value', unit: 'ms', goal: 16 },
    { phase: 'frames a second', field: 'value', unit: 'fps', goal: 60 },
    { phase: 'longest task', field: 'value', unit: 'ms', goal: 50 },
    { phase: 'create to Ready', field: 'wall', unit: 'ms' },
    { phase: 'get pods -A to prompt', field: 'wall', unit: 'ms' },
    { phase: 'Ctrl-C to prompt', field: 'wall', unit: 'ms', goal: 200 },
  ],
  heavy: true,
  async run() {
    return withPlayground(WORKERS, async (page) => {
      const phases: Phase[] = [await started(page)];
      await type(page, `kubectl create deployment web --image=nginx:1.27 --replicas=${PODS}`);
      phases.push(...(await watched(page)));
      phases.push(
        await timed('create to Ready', async () => {
          await type(page, `kubectl rollout status deployment/web | tail -1; echo al''l there`);
          await shown(page, 'all there');
        }),
      );
      phases.push(
        await timed('get pods -A to prompt', async () => {
          await type(page, `kubectl get pods -A; echo al''l listed`);
          await shown(page, 'all listed');
        }),
      );
      await type(page, 'clear; while true; do kubectl get pods -A; done');
      await shown(page, 'Running');
      phases.push(
        await timed('Ctrl-C to prompt', async () => {
          await page.keyboard.press('Control+c');
          await prompted(page);
        }),
      );
      return phases;
    });
  },
};
