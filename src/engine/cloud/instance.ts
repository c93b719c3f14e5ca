/** Why a machine that was ordered will not come. */
export interface InstanceError {
  readonly errorClass: 'OutOfResource' | 'Other';
  readonly code: string;
  readonly message: string;
}

/** A machine as the cloud keeps it in its books. */
export interface Instance {
  /** What its Node says in `spec.providerID`. */
  readonly providerID: string;
  readonly name: string;
  readonly group: string;
  /** Stopped: powered off, but still in the books. */
  readonly state: 'creating' | 'running' | 'stopped' | 'deleting';
  readonly error?: InstanceError;
}
