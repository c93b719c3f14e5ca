import type { Page } from '@playwright/test';
import { withPlayground } from '../browser.ts';
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
      const phases: Phase[] = [];
      const timed = async (name: string, work: () => Promise<void>): Promise<void> => {
        const start = performance.now();
        await work();
        phases.push({ name, wall: performance.now() - start, cpu: 0 });
      };
      await timed('click to prompt', async () => {
        await page.locator('.terminal-start').click();
        await page.waitForFunction(() => document.querySelector('.xterm-accessibility-tree')?.textContent?.includes('$'));
      });
      await type(page, `kubectl create deployment web --image=nginx:1.27 --replicas=${PODS}; lab clock +5m; echo al''l there`);
      await timed('create to Ready', () => shown(page, 'all there'));
      await type(page, 'kubectl set image deployment/web nginx=nginx:1.28');
      phases.push(...(await watched(page)));
      return phases;
    });
  },
};

async function type(page: Page, line: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

const shown = async (page: Page, text: string): Promise<void> =>
  void (await page.waitForFunction((words) => document.querySelector('.xterm-accessibility-tree')?.textContent?.includes(words), text, {
    timeout: 300_000,
  }));

/** Types while the rollout runs, and counts frames, long tasks, and the time from each key to the change on the screen. */
async function watched(page: Page): Promise<Phase[]> {
  await page.evaluate(() => {
    const seen = { frames: [] as number[], tasks: [] as number[], echoes: [] as number[] };
    Object.assign(globalThis, { seen });
    let last = performance.now();
    const frame = (now: number): void => {
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
    let pressed: number | undefined;
    document.addEventListener('keydown', () => (pressed = performance.now()), true);
    const rows = document.querySelector('.xterm-rows');
    new MutationObserver(() => {
      if (pressed !== undefined) seen.echoes.push(performance.now() - pressed);
      pressed = undefined;
    }).observe(rows as Element, { childList: true, subtree: true, characterData: true });
  });
  for (const key of 'echo while the rollout runs, one key after the other') {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
  const { frames, tasks, echoes } = await page.evaluate(
    () => (globalThis as unknown as { seen: Record<'frames' | 'tasks' | 'echoes', number[]> }).seen,
  );
  const told = (name: string, value: number, note: string): Phase => ({ name, wall: 0, cpu: 0, value, note });
  const between = quantile(frames, 0.5);
  return [
    told(
      'key to echo, median',
      quantile(echoes, 0.5),
      `${quantile(echoes, 0.5).toFixed(1)} ms; 95 % within ${quantile(echoes, 0.95).toFixed(1)}`,
    ),
    told(
      'frames a second',
      1000 / between,
      `${(1000 / between).toFixed(0)} at the median, ${(1000 / quantile(frames, 0.99)).toFixed(0)} at the worst hundredth`,
    ),
    told('longest task', Math.max(0, ...tasks), `${Math.max(0, ...tasks).toFixed(0)} ms; ${tasks.length} over 50 ms`),
  ];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
