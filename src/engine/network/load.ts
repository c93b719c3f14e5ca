import type { ServedResponse } from '../os/process.ts';
import { run, type Running } from '../os/task.ts';
import type { Actor } from '../sim/log.ts';
import type { Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Host, Listener, Route, VirtualNetwork } from './network.ts';

/** What became of the requests so far. */
export interface LoadReport {
  readonly sent: number;
  readonly answered: number;
  /** By what went wrong: `connection refused`, `timed out`, `HTTP 503`. */
  readonly failed: ReadonlyMap<string, number>;
  /** Answers by who gave them: `pod/default/web-x`. */
  readonly by: ReadonlyMap<Actor, number>;
}

export interface LoadOptions {
  readonly network: VirtualNetwork;
  readonly ip: string;
  readonly port: number;
  readonly path: string;
  readonly host: string;
  /** Requests a second. */
  readonly rate: number;
  readonly duration: Millis;
  /** Machines whose rules the requests meet, one after the other; none: they come from outside. */
  readonly entrances: () => readonly string[];
}

/** The customers' address: TEST-NET-2. */
const CUSTOMERS = '198.51.100.20';
// What a customer waits before giving up.
const PATIENCE: Millis = 5 * SECOND;
// At high rates several requests leave together: the world's events are not finer than they need be.
const TICK: Millis = 10;

/**
 * Many customers at once. Each request takes the way of any packet, through a machine's rules to a listener, and is answered by the
 * program there; but what is written down is one entry a second for each who answers, not four for each request.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #failed = new Map<string, number>();
  readonly #by = new Map<Actor, number>();
  readonly #second = new Map<Actor, number>();
  readonly #waiting = new Set<Running>();
  readonly #timers: Timer[] = [];
  readonly #flow: number;
  readonly #begun: Millis;
  #sent = 0;
  #answered = 0;
  #entrance = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    const { sim } = options.network;
    this.#flow = options.network.nextFlow();
    this.#begun = sim.now;
    const tick = options.rate >= SECOND / TICK ? TICK : Math.max(1, Math.round(SECOND / options.rate));
    const send = (): void => {
      this.#timers[0] = sim.after(tick, send, { background: true });
      this.#sendDue();
    };
    const tell = (): void => {
      this.#timers[1] = sim.after(SECOND, tell, { background: true });
      this.#tell();
    };
    this.#timers.push(sim.after(tick, send, { background: true }), sim.after(SECOND, tell, { background: true }));
  }

  get report(): LoadReport {
    return { sent: this.#sent, answered: this.#answered, failed: this.#failed, by: this.#by };
  }

  /** No more requests; what is under way is given up. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#tell();
    for (const answering of this.#waiting) answering.kill();
    this.#waiting.clear();
  }

  #sendDue(): void {
    const { network, rate, duration } = this.#options;
    const due = Math.floor((Math.min(duration, network.sim.now - this.#begun) * rate) / SECOND + 1e-9);
    while (this.#sent < due) this.#send();
  }

  #send(): void {
    this.#sent++;
    const { network, ip, port } = this.#options;
    const entrances = this.#options.entrances();
    const node = entrances[this.#entrance++ % Math.max(1, entrances.length)];
    const from: Host = { actor: 'outside', addresses: [CUSTOMERS], node, host: false, tcp: new Map(), udp: new Map() };
    const route = network.route(from, ip, port, 'TCP');
    if (route.kind === 'reject') return this.#fail('connection refused');
    if (route.kind === 'unreachable') return this.#fail('no route to host');
    if (route.kind === 'lost') return this.#fail('timed out');
    const listener = route.to.tcp.get(route.port);
    if (listener === undefined || listener.open?.() === false) return this.#fail('connection refused');
    if (listener.kind !== 'http') return this.#fail('no HTTP spoken there');
    this.#ask(route, listener);
  }

  #ask(route: Extract<Route, { kind: 'deliver' }>, listener: Extract<Listener, { kind: 'http' }>): void {
    const { network, path, host } = this.#options;
    const { sim } = network;
    const given = listener.handler({
      method: 'GET',
      path,
      headers: { host, 'user-agent': 'lab-load', accept: '*/*' },
      body: new Uint8Array(),
      remote: route.source,
    });
    if ('status' in given && (given.took ?? 0) === 0) return this.#answer(route, given);
    let over = false;
    let answering: Running | undefined;
    const end = (act: () => void): void => {
      if (over) return;
      over = true;
      patience.cancel();
      if (answering !== undefined) this.#waiting.delete(answering);
      act();
    };
    const answered = (response: ServedResponse): void =>
      void sim.after(response.took ?? 0, () => end(() => this.#answer(route, response)), { background: true });
    const patience = sim.after(PATIENCE, () => end(() => {
      answering?.kill();
      this.#fail('timed out');
    }), { background: true }); // prettier-ignore
    if ('status' in given) return answered(given);
    answering = run(given, answered, () => end(() => this.#fail('connection reset')));
    if (!over) this.#waiting.add(answering);
  }

  #answer(route: Extract<Route, { kind: 'deliver' }>, { status, body }: ServedResponse): void {
    const { network } = this.#options;
    if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) body.close();
    if (network.at(route.ip) !== route.to) return this.#fail('connection reset');
    const { actor } = route.to;
    this.#second.set(actor, (this.#second.get(actor) ?? 0) + 1);
    this.#by.set(actor, (this.#by.get(actor) ?? 0) + 1);
    if (status >= 500) this.#fail(`HTTP ${status}`);
    else this.#answered++;
  }

  #fail(why: string): void {
    this.#failed.set(why, (this.#failed.get(why) ?? 0) + 1);
  }

  #tell(): void {
    const { network, ip, port } = this.#options;
    for (const [actor, count] of this.#second)
      network.hop(actor, 'outside', {
        hop: 'response',
        flow: this.#flow,
        from: `${ip}:${port}`,
        to: CUSTOMERS,
        text: `${count} answers in a second`,
      });
    this.#second.clear();
  }
}
