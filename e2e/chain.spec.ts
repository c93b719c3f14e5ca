import { expect, test } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

test('create a deployment, see three pods run, scrub back, go offline, reload, still there', async ({ page, context }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment web --image=nginx --replicas=3');
  await terminal.see('deployment.apps/web created');

  // Three pods in the picture, all Running.
  await expect(page.locator('.figure g.object.Pod.ok')).toHaveCount(3, { timeout: 40_000 });
  await terminal.type('kubectl get pods -l app=web');
  await expect.poll(async () => (await terminal.screen()).match(/web-\S+\s+1\/1\s+Running/g)?.length ?? 0).toBe(3);

  // Back to the start: neither picture nor object list knows of the Deployment.
  const track = page.locator('.timeline-track input');
  await track.focus();
  await page.keyboard.press('Home');
  await expect(page.locator('.figure g.object.Pod')).toHaveCount(0);
  await expect(page.locator('.object-list')).not.toContainText('Deployment web');
  // And forward again.
  await page.keyboard.press('End');
  await expect(page.locator('.figure g.object.Pod.ok')).toHaveCount(3);

  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The run is kept every two seconds.
  await expect.poll(() => page.evaluate(() => localStorage.getItem('kubernotes:run:playground') ?? '')).toContain('get pods -l app=web');
  await context.setOffline(true);
  await page.reload();
  await terminal.start();
  await terminal.type('kubectl get deployment web');
  await terminal.see(/web\s+3\/3\s+3\s+3/);
  // A program that was never run while there was a network.
  await terminal.type("echo '[4]' | jq '.[0] + 3'");
  await terminal.see(/^7$/m);
  await context.setOffline(false);
});

test('Why? tells the chain of causes from a pod back to the typed line', async ({ page }) => {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment web --image=nginx:1.27');
  await page.locator('.figure g.object.Pod.ok').first().click({ timeout: 40_000 });
  await page.getByRole('button', { name: 'Why?', exact: true }).click();
  await expect(page.locator('.why')).toContainText('You typed: kubectl create deployment web');
});

test('the same recorded session has the same hash in Node and in Chromium', async ({ page }) => {
  const { hashOfDemoRun } = await import('./hash.ts');
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  await terminal.type('kubectl create deployment web --image=nginx --replicas=3');
  await terminal.see('deployment.apps/web created');
  await expect(page.locator('.figure g.object.Pod.ok')).toHaveCount(3, { timeout: 40_000 });
  await terminal.type("kubectl get pods -o json | jq '.items | length'; kubectl describe deployment web | sed -n 1p");
  await terminal.see(/^3\nName: +web$/m);
  await page.getByRole('button', { name: 'Pause' }).click();
  const { recording, hash } = await page.evaluate(() =>
    (globalThis as unknown as { kubernotes: { recording(): Promise<{ recording: unknown; hash: string }> } }).kubernotes.recording(),
  );
  expect(await hashOfDemoRun(recording)).toBe(hash);
});

test.describe('without the store of the service worker', () => {
  test.use({ serviceWorkers: 'block' });

  test('a program whose code cannot be fetched says so, and works as soon as it can', async ({ page }) => {
    await page.goto('/playground/');
    const terminal = new TerminalOnPage(page);
    await terminal.start();
    await page.context().route(/\/jq-[^/]*\.js$/, (route) => route.abort());
    await terminal.type("echo '[4]' | jq '.[0]'; echo ended with $?");
    await terminal.see(/^jq: "jq" could not be loaded[^]*^ended with 1$/m);
    await page.context().unroute(/\/jq-[^/]*\.js$/);
    await terminal.type("echo '[4]' | jq '.[0] + 3'");
    await terminal.see(/^7$/m);
  });
});
