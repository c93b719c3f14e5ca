import { afterEach, expect, test, vi } from 'vitest';
import { createLab } from './lab.ts';
import { openCluster } from './open.ts';
import type { Host } from './pacer.ts';
import { Session } from './session.ts';

const early = vi.hoisted(() => ({ missed: false, refuse: false }));
vi.mock('./missed.ts', () => ({ missed: () => early.missed }));
vi.mock('./open.ts', async (original) => {
  const real = await original<typeof import('./open.ts')>();
  return {
    openCluster: vi.fn((options: Parameters<typeof real.openCluster>[0]) => {
      if (!early.refuse) return real.openCluster(options);
      early.refuse = false;
      throw new Error('not loaded yet');
    }),
  };
});

const still: Host = { now: () => 0, later: () => () => {} };

afterEach(() => {
  Object.assign(early, { missed: false, refuse: false });
  vi.mocked(openCluster).mockClear();
});

test('a cluster that asked for what was not loaded yet is opened again, and is the same', async () => {
  const plain = new Session({ seed: 7 });
  for (const refuse of [false, true]) {
    vi.mocked(openCluster).mockClear();
    Object.assign(early, { missed: true, refuse });
    const lab = createLab(still);
    await lab.open({ seed: 7 }, () => {});
    expect(openCluster).toHaveBeenCalledTimes(2);
    expect(await lab.hash()).toBe(plain.hash());
  }
});

test('an error that has nothing to do with loading is told', async () => {
  early.refuse = true;
  await expect(createLab(still).open({}, () => {})).rejects.toThrow('not loaded yet');
  expect(openCluster).toHaveBeenCalledTimes(1);
});

test('who asks while the cluster is being opened is answered when it is there', async () => {
  const lab = createLab(still);
  void lab.open({ seed: 7 }, () => {});
  await lab.terminal.line('main', 'echo hello');
  expect(new TextDecoder().decode(await lab.terminal.transcript('main'))).toContain('$ echo hello\n');
  await lab.close();
  await expect(lab.hash()).rejects.toThrow('no cluster is open');
});
