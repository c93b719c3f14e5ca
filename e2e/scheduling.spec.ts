import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

test('the scheduling figure is played by keyboard: points that add up, a pod that waits with its reason, preemption', async ({ page }) => {
  test.setTimeout(180_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/lessons/control-plane-tour/');
  const figure = page.locator('figure.scheduling');
  await figure.scrollIntoViewIfNeeded();
  const start = figure.getByRole('button', { name: 'Start the cluster' });
  await expect(start).toBeEnabled();
  await start.press('Enter');
  const caption = figure.locator('figcaption');
  const cpu = figure.getByLabel('cpu request');
  const set = async (value: number): Promise<void> => {
    await cpu.press('Home');
    for (let at = 0; at < value; at += 0.25) await cpu.press('ArrowRight');
    await expect(figure.locator('output')).toHaveText(String(value));
  };
  const create = async (): Promise<void> => figure.getByRole('button', { name: 'Create a pod' }).press('Enter');

  await set(0.5);
  await create();
  await expect(caption).toContainText(/^try-1-\d+: 1 node is ruled out; worker-\d is chosen/);
  await expect(figure.locator('.sched-node.refused')).toContainText('TaintToleration node(s) had untolerated taint(s)');
  const bars = await figure.locator('.sched-bar').evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label') ?? ''));
  expect(bars).toHaveLength(3);
  for (const bar of bars) {
    const [total, ...parts] = [...bar.matchAll(/\d+(?= points|,|$)/g)].map(Number);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
  }
  expect(
    await figure
      .locator('.sched-part')
      .first()
      .evaluate((part) => getComputedStyle(part).transitionDuration),
  ).toBe('0s');

  await set(6);
  await create();
  await expect(caption).toContainText(/^try-2-\d+ fits on none of 4 nodes/);
  await expect(figure.locator('.sched-queue.unschedulable')).toContainText('3 Insufficient cpu');
  await figure.getByRole('button', { name: 'Earlier attempt' }).press('Enter');
  await expect(caption).toContainText(/^try-1-/);
  await figure.getByRole('button', { name: 'Later attempt' }).press('Enter');

  // One worker is left, and one pod has filled it.
  for (const node of ['worker-2', 'worker-3']) {
    await figure.locator('.sched-switches li').filter({ hasText: node }).getByLabel('cordon').press('Space');
    await expect(figure.locator('.sched-node').filter({ hasText: node }).locator('.sched-fact').first()).toHaveText('cordoned');
  }
  await set(3);
  await create();
  await expect(caption).toContainText(/worker-1 is chosen \(the only node left\)/);
  await figure.getByLabel('important').press('Space');
  await create();
  // The figure follows the newest attempt: once the victim has gone that is of the pod that waits for room. From there one looks back.
  await expect(caption).toContainText(/^try-2-\d+ \(attempt \d+\)/, { timeout: 60_000 });
  await expect
    .poll(async () => {
      await figure.getByRole('button', { name: 'Earlier attempt' }).press('Enter');
      return caption.innerText();
    })
    .toMatch(/preemption makes room/);
  await expect(figure.locator('.sched-node.cleared')).toContainText(/has to go: try-3-\d+/);

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page })
      .include('figure.scheduling')
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
