import { expect, test } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

test('the first page shows a cluster at work without being touched', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('.beat-list')).toContainText('You typed: kubectl create deployment web', { timeout: 30_000 });
  await expect(page.locator('.object-list')).toContainText('Deployment web');
});

test('no page is wider than a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ['/', '/course/', '/playground/', '/fidelity/', '/lessons/control-plane-tour/']) {
    await page.goto(path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0);
  }
});

test('an error in the engine is told, and a reset brings everything back', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await page.workers()[0]?.evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('a part has come off');
      }),
  );
  await expect(page.getByRole('alert')).toContainText('a part has come off');
  await page.getByRole('alert').getByRole('button', { name: 'Reset cluster' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await terminal.type('kubectl create deployment again --image=nginx');
  await terminal.see('deployment.apps/again created');
  await expect(page.locator('.object-list')).toContainText('Deployment again');
});

test('a shared link plays the run elsewhere, and a reset there leaves it', async ({ page, browser }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment shared --image=nginx');
  await terminal.see('deployment.apps/shared created');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const other = await browser.newContext();
  const elsewhere = await other.newPage();
  await elsewhere.goto(link);
  const there = new TerminalOnPage(elsewhere);
  await there.start();
  await expect(elsewhere.locator('.object-list')).toContainText('Deployment shared');
  await elsewhere.getByRole('button', { name: 'Reset cluster' }).click();
  await expect(elsewhere.locator('.object-list')).not.toContainText('Deployment shared');
  expect(elsewhere.url()).not.toContain('#run=');
  await other.close();
});

test('a link that cannot be read opens a fresh cluster and says so', async ({ page }) => {
  await page.goto('/playground/#run=AAAA');
  await new TerminalOnPage(page).start();
  await expect(page.getByRole('alert')).toContainText('cannot be read');
});

test('the past is walked by keyboard and played back to now', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment web --image=nginx');
  await expect(page.locator('.object-list')).toContainText('Deployment web');
  await page.locator('.timeline-track input').focus();
  await page.keyboard.press('Home');
  await expect(page.locator('.object-list')).not.toContainText('Deployment web');
  const now = page.getByRole('button', { name: 'Now', exact: true });
  await expect(now).toBeEnabled();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(now).toBeDisabled({ timeout: 30_000 });
  await expect(page.locator('.object-list')).toContainText('Deployment web');
});

test('a hidden page stands still', async ({ page }) => {
  await page.goto('/playground/');
  await new TerminalOnPage(page).start();
  const hide = (hidden: boolean): Promise<void> =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const clock = page.locator('.timeline-clock');
  await hide(true);
  await page.waitForTimeout(300);
  const stopped = await clock.innerText();
  await page.waitForTimeout(800);
  expect(await clock.innerText()).toBe(stopped);
  await hide(false);
  await expect(clock).not.toHaveText(stopped);
});

test('typing in a manifest brings the editor in its place; Escape and Tab leave it', async ({ page }) => {
  await page.goto('/playground/');
  await page.waitForFunction(() => document.querySelectorAll('astro-island[ssr]').length === 0);
  const cell = page.locator('.manifest').first();
  const before = await cell.boundingBox();
  await cell.locator('textarea').click();
  await expect(cell.locator('.monaco-editor').first()).toBeVisible({ timeout: 60_000 });
  const after = await cell.boundingBox();
  expect(Math.abs((before?.height ?? 0) - (after?.height ?? 0))).toBeLessThan(3);
  await cell.locator('.view-line').first().click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('.monaco-editor') ?? null)).toBeNull();
});
