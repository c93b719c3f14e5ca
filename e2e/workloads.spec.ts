import { expect, test, type Locator, type Page } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

// What runs, in the playground's own figure: each controller's pods are where it would have them, and follow load and failures.

async function playground(page: Page): Promise<TerminalOnPage> {
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  return terminal;
}

/** Objects of the figure whose words (`Pod web-0, Running, on worker-1`) match. */
const drawn = (page: Page, words: RegExp): Locator => page.locator('.figure').getByRole('img', { name: words });

test('a StatefulSet in its order, a DaemonSet on each node, a Job until it is done', async ({ page }) => {
  const terminal = await playground(page);
  await terminal.type(`kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 3
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: 'redis:7.2', readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 2 } }] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: 'busybox:1.36', command: [sleep, 1d] }] }
END`);
  await terminal.see('daemonset.apps/agent created');
  await terminal.type('lab clock +1m');
  await expect(drawn(page, /^StatefulSet db, 3\/3/)).toBeVisible({ timeout: 60_000 });
  for (const name of ['db-0', 'db-1', 'db-2']) await expect(drawn(page, new RegExp(`^Pod ${name}, Running, on worker`))).toBeVisible();
  for (const node of ['worker-1', 'worker-2', 'worker-3'])
    await expect(drawn(page, new RegExp(`^Pod agent-\\w+, Running, on ${node}$`))).toHaveCount(1);
  // The order: none was made before the one before it was ready.
  await terminal.type(
    `kubectl get pods -l app=db --sort-by=.metadata.creationTimestamp -o custom-columns=N:.metadata.name --no-headers | tr '\\n' ' '`,
  );
  await terminal.see('db-0 db-1 db-2');

  await terminal.type('kubectl create job pi --image=perl:5.34 -- perl -Mbignum=bpi -wle "print bpi(200)"');
  await terminal.type('lab clock +1m; kubectl wait --for=condition=complete job/pi');
  await terminal.see('job.batch/pi condition met');
  await expect(drawn(page, /^Job pi, 1\/1/)).toBeVisible();
  await expect(drawn(page, /^Pod pi-\w+, Completed/)).toBeVisible();
});

test('an autoscaler follows the load, up and down', async ({ page }) => {
  const terminal = await playground(page);
  await terminal.type('kubectl apply -f metrics-server.yaml');
  await terminal.see('apiservice.apiregistration.k8s.io/v1beta1.metrics.k8s.io created');
  await terminal.type('kubectl create deployment web --image=registry.k8s.io/hpa-example --port=80');
  await terminal.type('kubectl set resources deployment web --requests=cpu=200m');
  await terminal.type('kubectl expose deployment web --port=80');
  await terminal.type('kubectl autoscale deployment web --cpu=50% --min=1 --max=10');
  await terminal.see('horizontalpodautoscaler.autoscaling/web autoscaled');
  await terminal.type('kubectl run load --image=busybox:1.36 -- sh -c "while sleep 0.01; do wget -q -O- http://web; done"');
  await terminal.type('lab clock +3m; echo three minutes later');
  await terminal.see(/^three minutes later/m);
  await expect.poll(() => drawn(page, /^Pod web-\S+, Running/).count()).toBeGreaterThan(5);
  await expect(drawn(page, /^HorizontalPodAutoscaler web/)).toBeVisible();

  await terminal.type('kubectl delete pod load --now; lab clock +7m; echo quiet again');
  await terminal.see(/^quiet again/m);
  await expect(drawn(page, /^Pod web-\S+, Running/)).toHaveCount(1);
});

test('a node fails: the figure says so, and its pods come back elsewhere', async ({ page }) => {
  const terminal = await playground(page);
  await terminal.type('kubectl create deployment web --image=nginx:1.27 --replicas=3');
  await expect(drawn(page, /^Pod web-\S+, Running, on worker-1$/)).toHaveCount(1, { timeout: 40_000 });
  await terminal.type('lab node stop worker-1; lab clock +1m; kubectl get nodes');
  await terminal.see(/worker-1 +NotReady/);
  await expect(page.locator('.figure g.place.node').filter({ hasText: 'worker-1' })).toHaveClass(/down|troubled/);
  await terminal.type('lab clock +6m; kubectl get pods -o wide');
  await expect.poll(() => drawn(page, /^Pod web-\S+, Running, on worker-[23]$/).count()).toBe(3);
  await terminal.type('lab node start worker-1; lab clock +1m; kubectl get nodes');
  await terminal.see(/worker-1 +Ready/);
  await expect(page.locator('.figure g.place.node').filter({ hasText: 'worker-1' })).not.toHaveClass(/down|troubled/);
});
