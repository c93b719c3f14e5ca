import { expect, test } from '@playwright/test';
import { TerminalOnPage } from './page.ts';

test('a session as learners have it: jobs, pipes, watch, exec, a log-in to a node, Ctrl-C everywhere', async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto('/playground/');
  const terminal = new TerminalOnPage(page);
  await terminal.start();
  const { type, see, press } = bound(terminal);

  await test.step('jobs', async () => {
    await type('sleep 500 &');
    await see(/^\[1\] \d+$/m);
    await type('sleep 600');
    await press('Control+z');
    await see(/^\[2\]\+ +Stopped +sleep 600$/m);
    await type('bg %2; jobs');
    await see(/^\[2\]\+ +Running +sleep 600 &$/m);
    await type('fg %1');
    await press('Control+c');
    await type('kill %2; wait; echo no jobs: $(jobs | wc -l)');
    await see(/^no jobs: 0$/m);
  });

  await test.step('an endless loop, an unclosed quote, history', async () => {
    await type('while true; do :; done');
    await press('Control+c');
    await type("echo 'one");
    await type("two'");
    await see(/^one\ntwo$/m);
    await type('!!:0 again 2>/dev/null || echo again');
    await type('echo exit code $(false; echo $?)');
    await see(/^exit code 1$/m);
  });

  await test.step('a manifest, pipes, and what changes while one watches', async () => {
    await type(
      'kubectl create deployment web --image=nginx:1.27 --replicas=3 --dry-run=client -o yaml | tee web.yaml | kubectl apply -f -',
    );
    await see('deployment.apps/web created');
    await type('kubectl get pods -w');
    await see(/web-\S+ +1\/1 +Running[^]*web-\S+ +1\/1 +Running[^]*web-\S+ +1\/1 +Running/);
    await press('Control+c');
    await type("kubectl get pods --no-headers | awk '{ print $3 }' | sort | uniq -c");
    await see(/^ +3 Running$/m);
    await type('watch -n 1 kubectl get deployment web');
    await see(/^Every 1\.0s: kubectl get deployment web/m);
    await press('Control+c');
    await type('kubectl logs -f deployment/web');
    await press('Control+c');
  });

  await test.step('inside a pod', async () => {
    await type('kubectl exec -it deployment/web -- sh');
    await see(/#$/);
    await type('hostname; sleep 1000');
    await see(/^web-\S+$/m);
    await press('Control+c');
    await type('exit');
    await see(/learner@\S+:~\$$/);
  });

  await test.step('on a node', async () => {
    await type('ssh worker-1');
    await see(/root@worker-1:~#$/);
    await type('crictl ps --name nginx -q | wc -l; systemctl is-active kubelet; journalctl -u kubelet --no-pager | tail -n 1 | cut -c1-6');
    await see(/^1\nactive\n\w{3} \d+/m);
    await type('journalctl -f -u kubelet');
    await press('Control+c');
    await type('exit');
    await see(/learner@\S+:~\$$/);
  });

  await test.step('the prompt is still alive', async () => {
    await type('kubectl rollout restart deployment/web && kubectl rollout status deployment/web && echo well done');
    await see(/^well done$/m);
  });
});

function bound(terminal: TerminalOnPage) {
  return {
    type: (line: string) => terminal.type(line),
    see: (what: RegExp | string) => terminal.see(what),
    press: async (keys: string) => {
      await terminal.page.locator('.xterm-helper-textarea').focus();
      // What was typed before has begun by now.
      await expect.poll(() => terminal.screen()).not.toMatch(/\$ *$/);
      await terminal.page.keyboard.press(keys);
      await terminal.see(/[$#] *$/);
    },
  };
}
