import { sha256 } from '@noble/hashes/sha2.js';

/** A flow's number, from the name of its schema and what tells its flows apart. */
export function hashFlow(schema: string, distinguisher: string): bigint {
  const bytes = sha256(new TextEncoder().encode(`${schema}\0${distinguisher}`));
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return value;
}

/**
 * Deals a flow its hand of queues: the same ones always, others for other flows, so that a flow that floods its queues leaves
 * most other flows at least one that is not flooded (shufflesharding.Dealer).
 */
export function deal(hash: bigint, queues: number, handSize: number): number[] {
  const remainders: number[] = [];
  for (let i = 0; i < handSize; i++) {
    const deck = BigInt(queues - i);
    remainders.push(Number(hash % deck));
    hash /= deck;
  }
  return remainders.map((remainder, i) => {
    let card = remainder;
    for (let j = i; j > 0; j--) if (card >= (remainders[j - 1] as number)) card++;
    return card;
  });
}
