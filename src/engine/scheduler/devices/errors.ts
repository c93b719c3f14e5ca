/** Something is wrong with a claim or its class: no other node would do either. Upstream's sentence. */
export class AllocationError extends Error {}

/** Nothing could be allocated, and of some of the node's devices one cannot tell; other nodes may do. */
export class InvalidPools extends Error {
  constructor() {
    super('invalid resource pools were encountered');
  }
}
