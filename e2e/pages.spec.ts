import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

const PAGES = ['/', '/course/', '/playground/', '/fidelity/', '/lessons/control-plane-tour/'];

for (const path of PAGES) {
  test(`${path} has no accessibility violations and no errors, light and dark`, async ({ page }) => {
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      await page.waitForFunction(() => document.querySelectorAll('astro-island[ssr][client="load"]').length === 0);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
      expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual(
        [],
      );
    }
    expect(problems).toEqual([]);
  });
}

test('a live page has no accessibility violations', async ({ page }) => {
  await page.goto('/lessons/control-plane-tour/');
  await new TerminalOnPage(page).start();
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .exclude('.xterm')
    .analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
});

test('a task says what it wanted and saw, nudges, and passes by its own solution', async ({ page }) => {
  await page.goto('/lessons/control-plane-tour/');
  await new TerminalOnPage(page).start();
  const task = page.locator('section.task').filter({ hasText: 'Take the scheduler away' });
  await task.scrollIntoViewIfNeeded();
  await task.getByRole('button', { name: 'Check' }).click();
  await expect(task.locator('.nudge').first()).toContainText('There is no pod named lonely yet');
  await task.getByRole('button', { name: 'Show me' }).click();
  await expect(task).toHaveClass(/passed/, { timeout: 60_000 });
});

test('a manifest is applied through the terminal', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await page.locator('.manifest').first().getByRole('button', { name: 'Apply' }).click();
  await terminal.see('deployment.apps/web created');
});

test('the editor marks an unknown field at its line', async ({ page }) => {
  await page.goto('/playground/');
  const cell = page.locator('.manifest').first();
  await cell.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('.manifest')?.closest('astro-island')?.hasAttribute('ssr') === false);
  await cell.getByRole('button', { name: 'Edit with completion' }).click();
  await expect(cell.locator('.monaco-editor').first()).toBeVisible({ timeout: 60_000 });
  await cell.locator('.monaco-editor .view-line').filter({ hasText: 'replicas: 3' }).click();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('replicaz: 4');
  await expect(cell.locator('.squiggly-error, .squiggly-warning').first()).toBeVisible({ timeout: 30_000 });
});
