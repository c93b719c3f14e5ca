/** etcd's own errors, with the texts of its gRPC status. */
export class EtcdError extends Error {
  constructor(
    readonly code: 'compacted' | 'future' | 'lease-not-found' | 'duplicate-key',
    message: string,
  ) {
    super(message);
  }
}
