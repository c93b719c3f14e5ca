import { clock, lab } from './lab.ts';

/** Types lines one after the other; after each the cluster comes to rest, so that the next finds its effect. */
export async function play(lines: readonly string[], type: (line: string) => Promise<void>): Promise<void> {
  for (const line of lines) {
    if (line !== 'wait') await type(line);
    await atRest();
  }
}

/** Waits until nothing is under way, at most ten wall seconds. */
export async function atRest(): Promise<void> {
  const api = await lab();
  await api.clock.untilQuiet();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      // The subscription answers at once, before its own end is known.
      queueMicrotask(() => stop());
      resolve();
    };
    const timer = setTimeout(done, 10_000);
    const stop = clock.subscribe(({ foreground }) => foreground === 0 && done());
  });
}
