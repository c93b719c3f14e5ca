import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import type { Phase } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PORT = 4377;

/** The built site's playground in a headless Chromium, with a cluster of so many workers. */
export async function withPlayground<T>(workers: number, use: (page: Page) => Promise<T>): Promise<T> {
  if (!existsSync(`${ROOT}dist/index.html`)) throw new Error('Error: dist/ is not built: run `npm run build` first');
  const server = spawn(process.execPath, ['node_modules/sirv-cli/bin.js', 'dist', '--quiet', '--port', String(PORT)], { cwd: ROOT });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    await answers();
    await page.goto(`http://localhost:${PORT}/playground/?nodes=${workers}`);
    await page.waitForFunction(() => document.querySelector('.terminal')?.closest('astro-island')?.hasAttribute('ssr') === false);
    return await use(page);
  } finally {
    await browser.close();
    server.kill();
  }
}

async function answers(): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if (await fetch(`http://localhost:${PORT}/`).then(() => true, () => false)) return; // prettier-ignore
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Error: nothing answers on port ${PORT}`);
}

/** Types a line into the terminal. */
export async function type(page: Page, line: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Waits until the terminal has drawn the text. What it tells screen readers follows up to a second later: that is xterm's own pace. */
export const shown = async (page: Page, text: string): Promise<void> =>
  void (await page.waitForFunction((words) => document.querySelector('.xterm-rows')?.textContent?.includes(words), text, {
    timeout: 3_600_000,
  }));

/** Waits until the last that the terminal has drawn is a prompt. */
export const prompted = async (page: Page): Promise<void> =>
  void (await page.waitForFunction(() => document.querySelector('.xterm-rows')?.textContent?.trimEnd().endsWith('$')));

/** Opens the cluster, and tells how long it took until the prompt was drawn. */
export const started = (page: Page): Promise<Phase> =>
  timed('click to prompt', async () => {
    await page.locator('.terminal-start').click();
    await shown(page, '$');
  });

/** Types while the cluster works, and counts frames, long tasks, and the time from each key to the change on the screen. */
export async function watched(page: Page): Promise<Phase[]> {
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
  await page.keyboard.press('Control+u');
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

/** How long something takes on the page, as a phase of a row. */
export async function timed(name: string, work: () => Promise<void>): Promise<Phase> {
  const start = performance.now();
  await work();
  return { name, wall: performance.now() - start, cpu: 0 };
}
