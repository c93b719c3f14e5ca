import { lab } from './lab.ts';

/**
 * Puts questions to the cluster one at a time: what is wanted meanwhile is asked next, after a frame, and only the newest.
 * `ask` gets the lab and whether somebody still looks.
 */
export function latest<T>(ask: (api: Awaited<ReturnType<typeof lab>>, wanted: T, looking: () => boolean) => Promise<void>): {
  want(it: T): void;
  stop(): void;
} {
  let wanted: { it: T } | undefined;
  let asking = false;
  let gone = false;
  const run = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const api = await lab();
      while (wanted !== undefined && !gone) {
        const { it } = wanted;
        wanted = undefined;
        await ask(api, it, () => !gone);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    } catch {
      // The cluster is gone; the page says so where it was started.
    } finally {
      asking = false;
    }
  };
  return {
    want(it) {
      wanted = { it };
      void run();
    },
    stop() {
      gone = true;
    },
  };
}
