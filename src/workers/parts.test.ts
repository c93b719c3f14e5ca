import { beforeEach, expect, test, vi } from 'vitest';
import type { PartOf } from '../engine/os/rare.ts';
import { createLab } from './lab.ts';
import type { LaterPart } from './parts.ts';
import { Session } from './session.ts';

/** Which parts are there, as the build makes them come; `offline`: they cannot be had. */
const site = vi.hoisted(() => ({ all: false, offline: false, here: new Set<unknown>() }));

vi.mock('../engine/os/rare.ts', async (original) => {
  const real = await original<typeof import('../engine/os/rare.ts')>();
  const part = <T>(value: T & { readonly name?: string }): PartOf<T> & LaterPart => ({
    name: value.name ?? '',
    value,
    get here() {
      return site.all || site.here.has(value);
    },
    async load() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (site.offline) throw new TypeError('Failed to fetch');
      site.here.add(value);
    },
  });
  return { ...real, part, rare: (run: Parameters<typeof real.rare>[0]) => real.running(part(run)) };
});

beforeEach(() => {
  Object.assign(site, { all: false, offline: false });
  site.here.clear();
});

const TYPED = [
  'kubectl create deployment web --image=redis --replicas=2; kubectl rollout status deployment web',
  'kubectl get pods -o json | jq -r ".items[].spec.nodeName" | sort | awk \'{ print NR ": " $1 }\' > nodes.txt & wait; cat nodes.txt',
  'kubectl exec deployment/web -- redis-cli ping; kubectl describe deployment web | sed -n 1p; date -d yesterday +%F',
  'lab clock +1m; ssh worker-1 crictl ps --name redis | wc -l',
];

async function play(lab: ReturnType<typeof createLab>, lines: readonly string[]): Promise<string> {
  for (const line of lines) {
    await lab.terminal.line('main', line);
    await vi.waitFor(async () => expect(await lab.terminal.prompt('main')).toMatch(/\$ $/), { timeout: 20_000, interval: 20 });
  }
  await lab.clock.pause();
  return new TextDecoder().decode(await lab.terminal.transcript('main'));
}

async function open(options: Parameters<ReturnType<typeof createLab>['open']>[0]): Promise<ReturnType<typeof createLab>> {
  const lab = createLab();
  await lab.open(options, () => {});
  await lab.clock.speed(1000);
  await lab.clock.play();
  return lab;
}

test('whether a part is there cannot be seen in the log', async () => {
  const lab = await open({ seed: 7 });
  const shown = await play(lab, TYPED);
  expect(shown).toMatch(/^1: worker-\d$/m);
  expect(shown).toContain('PONG');
  expect(site.here.size).toBeGreaterThan(6);
  const recording = await lab.recording();

  site.all = true;
  const whole = new Session({ seed: 7 });
  whole.replay(recording);
  expect(whole.hash()).toBe(await lab.hash());
  expect(new TextDecoder().decode(whole.transcript('main'))).toBe(shown);

  // And the other way about: a page that has to load what the replay needs.
  site.all = false;
  site.here.clear();
  const again = createLab();
  expect((await again.open({ seed: 7, recording }, () => {})).problem).toBeUndefined();
  expect(await again.hash()).toBe(whole.hash());
});

test('a part that cannot be had ends its program with a sentence; that it could not is an input', async () => {
  const lab = await open({ seed: 7 });
  site.offline = true;
  const failed = await play(lab, ['echo 1 | jq .; echo ended with $?']);
  expect(failed).toMatch(/^jq: "jq" could not be loaded.*\n.*ended with 1$/m);
  site.offline = false;
  await lab.clock.play();
  expect(await play(lab, ['echo [2] | jq .[0]'])).toMatch(/^2$/m);
  const recording = await lab.recording();
  site.all = true;
  const whole = new Session({ seed: 7 });
  whole.replay(recording);
  expect(whole.hash()).toBe(await lab.hash());
});

test('who gives up waiting for a part does so', async () => {
  const lab = await open({ seed: 7 });
  await lab.terminal.line('main', 'jq . /etc/hostname');
  await lab.terminal.signal('main', 'INT');
  expect(await play(lab, ['echo on with it'])).toMatch(/\^C\n[^]*^on with it$/m);
});
