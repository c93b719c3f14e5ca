import { NetworkError, type EchoAnswer } from '../os/process.ts';
import { suspend, type Task } from '../os/task.ts';
import type { Millis } from '../sim/time.ts';
import { Exchange } from './exchange.ts';
import type { Host, VirtualNetwork } from './network.ts';

// net.ipv4.ip_default_ttl
const TTL = 64;

/**
 * One ICMP echo request. Every namespace answers for its addresses, whatever runs in it. No rule of a proxy matches ICMP, so
 * nobody answers for a Service's cluster IP.
 */
export function* echo(
  from: Host & { readonly network: VirtualNetwork },
  ip: string,
  sequence: number,
  timeout: Millis,
): Task<EchoAnswer | undefined> {
  return yield* suspend<EchoAnswer | undefined>((resume) => {
    const exchange: Exchange = new Exchange(from, from.network.nextFlow(), from.addresses[0] ?? '', ip, () => {
      const { route } = exchange;
      resume(route?.kind === 'unreachable' ? { kind: 'unreachable', from: route.by } : undefined);
    });
    exchange.limit(timeout, () => new NetworkError('ETIMEDOUT', `no echo reply from ${ip}`));
    exchange.send('request', `ICMP echo request, seq ${sequence}`, ip, 0, 'ICMP', (route) => {
      exchange.reply('response', `ICMP echo reply, seq ${sequence}`, route, 0, () =>
        resume({ kind: 'reply', from: route.ip, ttl: TTL - routersBetween(from, route.to) }),
      );
    });
    return () => exchange.abandon();
  });
}

/** The nodes of both ends pass on packets of their pods to other machines; inside a node its bridge does. */
function routersBetween(from: Host, to: Host): number {
  if (from.node === to.node) return 0;
  return [from, to].filter(({ host, node }) => node !== undefined && !host).length;
}
