import type { Service } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { ResolverConfig } from '../../network/dns-message.ts';
import type { MemoryFiles } from '../../os/files.ts';
import type { Network } from '../../os/process.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { RuntimeService } from '../runtime/cri.ts';
import type { Backoff } from './backoff.ts';
import type { NodeFacts } from './downward.ts';
import type { ImageManager } from './image-manager.ts';
import type { Sources } from './sources.ts';
import type { StatusManager } from './status-manager.ts';

/** What a kubelet's parts share. */
export interface KubeletContext {
  readonly sim: Simulation;
  /** `node-1/kubelet`. */
  readonly actor: string;
  readonly node: string;
  readonly facts: NodeFacts;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly runtime: RuntimeService;
  readonly images: ImageManager;
  readonly restarts: Backoff;
  readonly sources: Sources;
  readonly statuses: StatusManager;
  /** The node's own network: probes and hooks come from there. */
  readonly net: Network;
  readonly random: Random;
  readonly hostPaths: Map<string, MemoryFiles>;
  readonly clusterDomain: string;
  readonly clusterDNS: string;
  /** The node's own resolver, for `dnsPolicy: Default`. */
  readonly hostResolver: ResolverConfig;
  servicesFor(namespace: string): readonly Service[];
  token(namespace: string, account: string, pod: { name: string; uid: string }, audience: string | undefined, expirationSeconds: number | undefined): string | undefined;
}
