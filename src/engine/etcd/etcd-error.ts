/** etcd's own errors, with the texts of its gRPC status. */
export class EtcdError extends Error {
  constructor(
    readonly code:
      | 'compacted'
      | 'future'
      | 'lease-not-found'
      | 'not-found'
      | 'duplicate-key'
      | 'no-space'
      | 'unavailable'
      | 'not-modelled'
      | 'invalid'
      | 'precondition'
      | 'permission-denied'
      | 'unauthenticated',
    message: string,
  ) {
    super(message);
  }
}

/** What a client of etcd learns when nobody listens at its port. */
export function unavailable(): EtcdError {
  const dial = 'transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused';
  return new EtcdError('unavailable', `rpc error: code = Unavailable desc = connection error: desc = "${dial}"`);
}

/** Of whom the members that are left cannot agree. */
export function timedOut(): EtcdError {
  return new EtcdError('unavailable', 'etcdserver: request timed out');
}

export function noSpace(): EtcdError {
  return new EtcdError('no-space', 'etcdserver: mvcc: database space exceeded');
}
