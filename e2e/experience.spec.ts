import { expect, test, type Page } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

async function playground(page: Page, search = ''): Promise<TerminalOnPage> {
  await page.goto(`/playground/${search}`);
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  return terminal;
}

test('a large cluster folds to fields of cells; a cell leads to its node and its pods', async ({ page }) => {
  test.setTimeout(180_000);
  const terminal = await playground(page, '?nodes=150');
  const figure = page.locator('.figure');
  await expect(figure.locator('g.field')).toHaveCount(3);
  await terminal.type('kubectl create deployment web --image=nginx:1.27 --replicas=300');
  await terminal.type('kubectl rollout status deployment/web; lab clock +5s');
  await expect(figure.locator('g.stack').first()).toHaveAttribute('aria-label', /^100 Pods of web-\w+: 100 running$/, { timeout: 90_000 });
  const field = figure.getByRole('img', { name: /^zone-1, 51 nodes/ });
  await field.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.object-view h3')).toContainText('Node worker-a-');
  await expect(figure.getByRole('img', { name: /^Pod web-\S+, Running, on the node in focus$/ }).first()).toBeVisible();
  // A list of everything, ended in its midst.
  await terminal.type('clear; while true; do kubectl get pods -A; done');
  await terminal.see(/1\/1 +Running/);
  await page.keyboard.press('Control+c');
  await terminal.see(/\$ *$/);
});

test('whoever types in the past goes on from there; undo takes a command back, and the other branch stays', async ({ page }) => {
  const terminal = await playground(page);
  const objects = page.locator('.object-list');
  await terminal.type('kubectl create deployment one --image=nginx');
  await expect(objects).toContainText('Deployment one');
  await terminal.type('kubectl create deployment two --image=nginx');
  await expect(objects).toContainText('Deployment two');

  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(objects).not.toContainText('Deployment two');
  await expect(objects).toContainText('Deployment one');
  await page.getByRole('button', { name: 'Other branch' }).click();
  await expect(objects).toContainText('Deployment two');

  await page.locator('.timeline-track input').focus();
  await page.keyboard.press('Home');
  await expect(objects).not.toContainText('Deployment one');
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('k');
  await expect(page.getByRole('button', { name: 'Go on from here' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Now', exact: true })).toBeDisabled();
  await terminal.see(/^learner\S+\$ *$/);
  await terminal.type('kubectl create deployment three --image=nginx');
  await expect(objects).toContainText('Deployment three');
  await expect(objects).not.toContainText('Deployment one');
});

test('Why? is asked where one looks: of an event, and of a row of the list', async ({ page }) => {
  const terminal = await playground(page);
  await terminal.type('kubectl create deployment web --image=nginx');
  await expect(page.locator('.object-list')).toContainText('Pod web-');
  await page.getByRole('button', { name: /^Why\? The scheduler chooses/ }).click();
  await expect(page.locator('.beat-list .why')).toContainText('You typed: kubectl create deployment web');
  await page.getByRole('button', { name: /^Why\? Pod web-/ }).click();
  await expect(page.locator('.object-view .why')).toContainText('You typed: kubectl create deployment web');
});

test('? lists the keys, and Escape closes the list', async ({ page }) => {
  await page.goto('/playground/');
  await page.waitForFunction(() => document.querySelector('.beats')?.closest('astro-island')?.hasAttribute('ssr') === false);
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Ctrl-R');
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
});

test('fingers have the keys that their keyboard lacks', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const terminal = await playground(page);
  const keys = page.getByRole('toolbar', { name: 'Keys of the terminal' });
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('kubectl get nod');
  await keys.getByRole('button', { name: 'Tab' }).tap();
  await terminal.see(/kubectl get node/);
  await keys.getByRole('button', { name: 'Ctrl' }).tap();
  await page.keyboard.type('c');
  await expect(keys.getByRole('button', { name: 'Ctrl' })).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.type('echo here');
  await page.keyboard.press('Enter');
  await terminal.see(/^here$/m);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  await context.close();
});

test('what was solved is remembered', async ({ page }) => {
  await page.goto('/lessons/control-plane-tour/');
  const quiz = page.locator('section.quiz.choose').first();
  await quiz.scrollIntoViewIfNeeded();
  await expect(page.locator('.lesson-progress')).toContainText(/^ *0 of \d+ done/);
  const options = quiz.locator('input[type="radio"]');
  for (let i = 0; i < (await options.count()); i++) {
    await options.nth(i).check();
    await quiz.getByRole('button', { name: 'Check' }).click();
    if ((await quiz.locator('li.ok').count()) > 0) break;
  }
  await expect(page.locator('.lesson-progress')).toContainText(/1 of \d+ done/);
  await page.reload();
  await expect(page.locator('.lesson-progress')).toContainText(/1 of \d+ done/);
});
