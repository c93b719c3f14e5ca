import type { Mapping } from './discovery.ts';
import type { JsonObject } from './values.ts';

/** One object that a command speaks of. */
export interface Info {
  readonly mapping: Mapping;
  readonly namespace?: string;
  readonly name: string;
  /** As it was read from a file, or as the server has it. */
  readonly object: JsonObject;
  /** File it came from; `''` when it was named on the command line. */
  readonly source: string;
}
