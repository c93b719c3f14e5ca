import type { Part } from '../engine/sim/part.ts';

/** A part as the build makes it (`tools/rare-parts.ts`): its module is fetched when it is first wanted, and tried for again when that failed. */
export interface LaterPart extends Part {
  load(): Promise<void>;
}

/** Gets a part that the world waits for. Rejects when it cannot be had (no network). */
export function loadPart(part: Part): Promise<void> {
  return part.here ? Promise.resolve() : (part as LaterPart).load();
}
