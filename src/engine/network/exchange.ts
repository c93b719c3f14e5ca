import { NetworkError } from '../os/process.ts';
import type { Seq } from '../sim/log.ts';
import type { Millis } from '../sim/time.ts';
import type { Host, Protocol, Route, RuleHop, VirtualNetwork } from './network.ts';

/** One exchange on the network seen from the side that began it: its hops, its time-out, its single outcome. */
export class Exchange {
  readonly #timers: (() => void)[] = [];
  #deadline: (() => void) | undefined;
  #done = false;
  /** Where what was sent went. */
  route: Route | undefined;

  constructor(
    readonly from: Host & { readonly network: VirtualNetwork },
    readonly flow: number,
    readonly source: string,
    readonly destination: string,
    readonly fail: (error: unknown) => void,
  ) {}

  limit(timeout: Millis, error: () => NetworkError): void {
    const { network } = this.from;
    const timer = network.sim.after(timeout, () =>
      this.#finish(() => {
        network.hop(this.from.actor, undefined, {
          hop: 'timeout',
          flow: this.flow,
          from: this.source,
          to: this.destination,
          text: 'no answer',
        });
        this.fail(error());
      }),
    );
    this.#deadline = () => timer.cancel();
  }

  unlimited(): void {
    this.#deadline?.();
  }

  send(
    hop: 'request' | 'dns-query',
    text: string,
    ip: string,
    port: number,
    protocol: Protocol,
    arrive: (route: Extract<Route, { kind: 'deliver' }>, cause: Seq) => void,
  ): void {
    const { network, actor } = this.from;
    const { sim } = network;
    const route = network.route(this.from, ip, port, protocol);
    this.route = route;
    let cause = network.hop(actor, undefined, { hop, flow: this.flow, from: this.source, to: this.destination, text });
    for (const rule of route.hops) cause = sim.causedBy(cause, () => this.#rule(rule));
    sim.causedBy(cause, () => {
      if (route.kind === 'deliver') {
        this.#after(route.latency, () => {
          const seq = network.hop(actor, route.to.actor, {
            hop: 'forward',
            flow: this.flow,
            from: route.source,
            to: endpoint(route),
            text,
          });
          sim.causedBy(seq, () => arrive(route, seq));
        });
      } else if (route.kind === 'reject')
        this.#after(0, () =>
          this.#refused(
            protocol === 'UDP'
              ? new NetworkError('ECONNREFUSED', `read udp ${this.source}->${this.destination}: read: connection refused`)
              : refused(this.destination),
          ),
        );
      else if (route.kind === 'unreachable') {
        this.#after(route.after, () =>
          this.#finish(() => {
            network.hop(actor, undefined, {
              hop: 'dropped',
              flow: this.flow,
              from: this.source,
              to: this.destination,
              text: 'no route to host',
            });
            this.fail(new NetworkError('EHOSTUNREACH', `dial tcp ${this.destination}: connect: no route to host`));
          }),
        );
      } else
        network.hop(actor, undefined, {
          hop: 'dropped',
          flow: this.flow,
          from: this.source,
          to: this.destination,
          text: route.ip === '' ? 'dropped by a rule' : 'lost',
        });
    });
  }

  refuse(route: Extract<Route, { kind: 'deliver' }>, error: NetworkError, cause: Seq): void {
    this.from.network.sim.causedBy(cause, () => this.#after(route.latency, () => this.#refused(error)));
  }

  reply(hop: 'response' | 'dns-answer', text: string, route: Extract<Route, { kind: 'deliver' }>, took: Millis, receive: () => void): void {
    const { network } = this.from;
    this.#after(took, () => {
      const gone = network.at(route.ip) !== route.to && !route.ip.startsWith('127.');
      if (gone) return this.#refused(new NetworkError('ECONNRESET', `read tcp ${this.destination}: read: connection reset by peer`));
      const seq = network.hop(route.to.actor, this.from.actor, {
        hop,
        flow: this.flow,
        from: endpoint(route),
        to: this.source,
        text,
      });
      network.sim.causedBy(seq, () => this.#after(route.latency, () => this.#finish(receive)));
    });
  }

  abandon(): void {
    this.#finish(() => {});
  }

  #rule(rule: RuleHop): Seq {
    const hop = rule.to === 'reject' ? 'refused' : rule.to === 'drop' ? 'dropped' : 'rule';
    return this.from.network.hop(rule.actor, undefined, { hop, flow: this.flow, from: this.destination, to: rule.to, text: rule.text });
  }

  #refused(error: NetworkError): void {
    this.#finish(() => {
      this.from.network.hop(this.from.actor, undefined, {
        hop: 'refused',
        flow: this.flow,
        from: this.destination,
        to: this.source,
        text: error.message,
      });
      this.fail(error);
    });
  }

  #after(delay: Millis, act: () => void): void {
    const timer = this.from.network.sim.after(delay, act);
    this.#timers.push(() => timer.cancel());
  }

  #finish(act: () => void): void {
    if (this.#done) return;
    this.#done = true;
    this.#deadline?.();
    for (const cancel of this.#timers) cancel();
    act();
  }
}

function endpoint({ ip, port }: { ip: string; port: number }): string {
  return port === 0 ? ip : `${ip}:${port}`;
}

export function refused(to: string): NetworkError {
  return new NetworkError('ECONNREFUSED', `dial tcp ${to}: connect: connection refused`);
}
