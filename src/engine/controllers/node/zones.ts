import type { Node } from '../../api/generated/types.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

// Flags of kube-controller-manager: --node-eviction-rate, --secondary-node-eviction-rate, --unhealthy-zone-threshold, --large-cluster-size-threshold.
const RATE = 0.1;
const SECONDARY_RATE = 0.01;
const UNHEALTHY = 0.55;
const LARGE_CLUSTER = 50;

/** `GetZoneKey`: region and zone of a node. */
export function zoneOf(node: Node): string {
  const { labels = {} } = node.metadata;
  const [region, zone] = [labels['topology.kubernetes.io/region'] ?? '', labels['topology.kubernetes.io/zone'] ?? ''];
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

/** ComputeZoneState: how much of a zone is down. */
export function stateOf(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY) return 'PartialDisruption';
  return 'Normal';
}

/** Nodes a second that may be given a NoExecute taint: few where much is down, as then the network is the likelier culprit. */
export function evictionRate(state: ZoneState, nodes: number): number {
  if (state !== 'PartialDisruption') return RATE;
  return nodes > LARGE_CLUSTER ? SECONDARY_RATE : 0;
}

/** A token bucket of one token. */
export class EvictionLimiter {
  #rate = RATE;
  #tokens = 1;
  #at: Millis;

  constructor(now: Millis) {
    this.#at = now;
  }

  setRate(rate: number, now: Millis): void {
    this.#refill(now);
    this.#rate = rate;
  }

  tryAccept(now: Millis): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When the next token is there; undefined while none will come. */
  nextAt(now: Millis): Millis | undefined {
    this.#refill(now);
    if (this.#rate === 0) return undefined;
    return now + Math.ceil(((1 - this.#tokens) / this.#rate) * SECOND);
  }

  #refill(now: Millis): void {
    this.#tokens = Math.min(1, this.#tokens + ((now - this.#at) / SECOND) * this.#rate);
    this.#at = now;
  }
}
