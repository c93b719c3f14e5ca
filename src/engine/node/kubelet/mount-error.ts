/** A volume could not be set up: `MountVolume.SetUp failed for volume "x" : …`. */
export class MountError extends Error {
  constructor(
    readonly volume: string,
    message: string,
    readonly step = 'MountVolume.SetUp failed',
    /** It did not even come to mounting: the claim behind it is at fault. */
    readonly unprocessed = false,
  ) {
    super(message);
  }

  static unprocessed(volume: string, message: string): MountError {
    return new MountError(volume, message, '', true);
  }

  /** It is not on the node yet: others are at work on it, and tell. */
  static waiting(volume: string): MountError {
    return new MountError(volume, '', '');
  }

  /** The event's text; undefined where others tell. */
  get text(): string | undefined {
    if (this.message === '') return undefined;
    return this.unprocessed
      ? `Unable to attach or mount volumes: unmounted volumes=[${this.volume}], unattached volumes=[], failed to process volumes=[${this.volume}]: ${this.message}`
      : `${this.step} for volume "${this.volume}" : ${this.message}`;
  }
}
