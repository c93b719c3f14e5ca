import type { Millis } from '../../sim/time.ts';

/** Why a container does not run: `reason` and `message` stand in its waiting state, the message also in the event. */
export class ContainerError extends Error {
  constructor(
    readonly reason: string,
    message: string,
    /** When the back-off is over, if it is one. */
    readonly until?: Millis,
  ) {
    super(message);
  }
}
