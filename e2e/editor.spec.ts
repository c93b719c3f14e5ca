import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

// Programs of the terminal that give the learner a text to edit, and go on when it is saved.

test('kubectl edit opens an editor over the terminal, also after a reload, and goes on when it is saved', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment web --image=nginx:1.27');
  await terminal.see('deployment.apps/web created');
  await terminal.type('kubectl edit deployment web');
  const panel = page.getByRole('region', { name: /^Editor: \/tmp\/kubectl-edit-\d+\.yaml/ });
  const field = panel.getByRole('textbox');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(/^# Please edit the object below/);
  await expect.poll(() => page.evaluate(() => localStorage.getItem('kubernotes:run:playground'))).toContain('kubectl edit');
  await page.reload();
  await terminal.wake();
  await expect(field).toHaveValue(/replicas: 1\n/);
  const { violations } = await new AxeBuilder({ page }).include('.terminal-editor').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await field.fill((await field.inputValue()).replace('replicas: 1\n', 'replicas: 3\n'));
  await panel.getByRole('button', { name: 'Save and return' }).click();
  await terminal.see('deployment.apps/web edited');
  await expect(panel).toHaveCount(0);
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await terminal.type('kubectl wait --for=condition=available deployment web; kubectl get pods -l app=web --no-headers | wc -l');
  await terminal.see(/^3$/m);
});

test('nano saves a file, Ctrl-C gives it up, and learner text stays text', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('nano notes.txt');
  const panel = page.getByRole('region', { name: 'Editor: /home/learner/notes.txt' });
  await expect(panel.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('<b>first</b> line');
  await page.keyboard.press('Control+s');
  await expect(panel).toHaveCount(0);
  await terminal.type('cat notes.txt; vi notes.txt');
  await terminal.see(/^<b>first<\/b> line$/m);
  await expect(panel.getByRole('textbox')).toHaveValue('<b>first</b> line\n');
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+c');
  await expect(panel).toHaveCount(0);
  await terminal.type('echo status $?');
  await terminal.see(/^status 130$/m);
});
