import { parseRange, toText, type Range } from '../../network/address.ts';

/** host-local IPAM of a node's bridge network: one address after the other, `.0` and the gateway `.1` left out, around at the end. */
export class PodAddresses {
  readonly #range: Range;
  #last = 1;

  constructor(
    cidr: string,
    /** Whether somebody has an address already. */
    readonly taken: (ip: string) => boolean,
  ) {
    this.#range = parseRange(cidr);
  }

  /** The next free address; undefined when there is none. */
  next(): string | undefined {
    const { first, size } = this.#range;
    for (let tries = 0; tries < size; tries++) {
      this.#last = this.#last >= size - 2 ? 2 : this.#last + 1;
      const ip = toText(first + this.#last);
      if (!this.taken(ip)) return ip;
    }
    return undefined;
  }

  /** `10.244.1.1-10.244.1.254`, as the plugin names what it has to give. */
  get text(): string {
    const { first, size } = this.#range;
    return `${toText(first + 1)}-${toText(first + size - 2)}`;
  }
}
