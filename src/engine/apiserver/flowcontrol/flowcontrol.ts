import type { Store } from '../../etcd/store.ts';
import type { Registry } from '../../metrics/registry.ts';
import { suspend, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { UserInfo } from '../authn/user.ts';
import type { RequestInfo } from '../route.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';
import { DanglingConditions } from './dangling.ts';
import { shareOut } from './concurrency.ts';
import { Configuration } from './configuration.ts';
import { ADJUSTMENT_PERIOD } from './demand.ts';
import { Flow } from './flow.ts';
import { flowInstruments } from './instruments.ts';
import { Level } from './level.ts';
import { matchesFlowSchema } from './matching.ts';
import type { Ticket, TicketFlow } from './ticket.ts';

// --max-requests-inflight and --max-mutating-requests-inflight: together the server's seats.
const SERVER_SEATS = 400 + 200;
/** A request may take this part of its level's nominal seats, and at most so many. */
const WIDEST_PART = 0.15;
const WIDEST = 10;

export interface FlowControlOptions {
  readonly sim: Simulation;
  readonly store: Store;
  readonly metrics: Registry;
  readonly serverSeats?: number;
  /** Sends a request of the server's own, to write the condition `Dangling`. Without it nobody writes it. */
  readonly send?: (request: ApiRequest) => void;
}

/**
 * API Priority and Fairness: every request is classified by the stored FlowSchemas and takes seats of its level while it is executed.
 * Most requests here take no time, so seats are scarce only where requests wait for others, such as webhooks.
 */
export class FlowControl {
  readonly sim: Simulation;
  readonly configuration: Configuration;
  readonly #serverSeats: number;
  readonly #dangling: DanglingConditions | undefined;
  readonly #instruments: ReturnType<typeof flowInstruments>;
  #levels = new Map<string, Level>();
  #flows: Flow[] = [];
  /** What was found before, by user and request: components ask for the same things again and again. */
  #known = new WeakMap<UserInfo, WeakMap<object, Flow>>();
  #digested = -1;
  #adjustedAt: number;
  #fairFraction = 0;

  constructor(options: FlowControlOptions) {
    this.sim = options.sim;
    this.configuration = new Configuration(options.store, () => this.#dangling?.notice());
    if (options.send !== undefined) this.#dangling = new DanglingConditions(this.sim, this.configuration, options.send);
    this.#serverSeats = options.serverSeats ?? SERVER_SEATS;
    this.#instruments = flowInstruments(options.metrics);
    this.#adjustedAt = this.sim.now;
    this.#show(options.metrics);
  }

  /** Reads the configuration and follows it from now on. */
  start(): void {
    this.configuration.start();
    this.#levels.clear();
    this.#adjustedAt = this.sim.now;
    this.#dangling?.notice();
  }

  stop(): void {
    this.configuration.stop();
    this.#dangling?.stop();
  }

  /** Every level, also one that only waits for its last requests to end, by name. */
  get levels(): readonly Level[] {
    this.#digest();
    return [...this.#levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The first schema that matches, in order of precedence. */
  classify(info: RequestInfo, user: UserInfo): Flow {
    this.#digest();
    let known = this.#known.get(user);
    if (known === undefined) this.#known.set(user, (known = new WeakMap<object, Flow>()));
    let flow = known.get(info.shape);
    if (flow !== undefined) return flow;
    flow = this.#flows.find(({ schema }) => matchesFlowSchema(info, user, schema)) ?? this.#flows.find(({ name }) => name === 'catch-all');
    if (flow === undefined) throw new Error('there is no flow schema catch-all, although it is mandatory');
    known.set(info.shape, flow);
    return flow;
  }

  /** Asks for seats. What comes back executes already, waits (see `settle`), or is refused. Call `finish` once it is answered. */
  begin(info: RequestInfo, user: UserInfo, wanted = 1): Ticket {
    const flow = this.classify(info, user);
    const { level } = flow;
    const widest = Math.max(1, Math.min(WIDEST, Math.ceil(level.limits.nominal * WIDEST_PART)));
    const { now } = this.sim;
    const ticket: Ticket = {
      flow,
      info,
      user,
      seats: level.exempt ? 1 : Math.min(wanted, widest),
      arrived: now,
      state: 'executing',
      started: now,
      queue: -1,
      settled: undefined,
    };
    if (now - this.#adjustedAt >= ADJUSTMENT_PERIOD) this.#adjust();
    level.start(ticket);
    return ticket;
  }

  /** Waits until a waiting request has its seats. False when it was refused after all. */
  *settle(ticket: Ticket): Task<boolean> {
    if (ticket.state !== 'waiting') return ticket.state === 'executing';
    const refused = yield* suspend<boolean>((resume) => {
      ticket.settled = (given) => void this.sim.after(0, () => resume(given));
      return () => this.finish(ticket);
    });
    return !refused;
  }

  finish(ticket: Ticket): void {
    const { level } = ticket.flow;
    level.finish(ticket);
    if (level.quiescing && level.idle) this.#digested = -1;
  }

  #digest(): void {
    const { configuration } = this;
    if (this.#digested === configuration.revision) return;
    this.#digested = configuration.revision;
    const objects = configuration.levels();
    const levels = new Map<string, Level>();
    for (const [name, object] of objects) {
      const there = this.#levels.get(name);
      if (there !== undefined && there.object !== object) there.configure(object);
      levels.set(name, there ?? new Level(this.sim, object));
    }
    // What is no longer wanted but still busy goes on until it is not.
    for (const [name, level] of this.#levels) {
      if (levels.has(name) || level.idle) continue;
      level.quiescing = true;
      levels.set(name, level);
    }
    this.#levels = levels;
    const before = new Map(this.#flows.map((flow) => [flow.name, flow]));
    this.#flows = configuration.schemas().map((schema) => {
      const { name = '' } = schema.metadata;
      const level = levels.get(schema.spec?.priorityLevelConfiguration.name ?? '') as Level;
      const there = before.get(name);
      return there?.schema === schema && there.level === level ? there : new Flow(schema, level, this.#instruments(level.name, name));
    });
    this.#known = new WeakMap();
    this.#limit();
  }

  /** Each level's part of the server's seats: by its shares, then moved by lending and borrowing. */
  #limit(): void {
    let shares = 0;
    for (const level of this.#levels.values()) shares += level.shares;
    for (const level of this.#levels.values()) {
      const nominal = shares === 0 ? 0 : Math.ceil((this.#serverSeats * level.shares) / shares);
      const { limited, exempt } = level.object.spec ?? {};
      const lendable = Math.round((nominal * (limited?.lendablePercent ?? exempt?.lendablePercent ?? 0)) / 100);
      const borrowed = limited?.borrowingLimitPercent;
      const upper = nominal + (borrowed === undefined ? this.#serverSeats : Math.round((nominal * borrowed) / 100));
      level.limits = { nominal, lower: nominal - lendable, upper };
      level.current = nominal;
    }
    this.#allocate();
  }

  /** Ends the periods that have gone by since borrowing was last looked at. */
  #adjust(): void {
    const { now } = this.sim;
    const periods = Math.floor((now - this.#adjustedAt) / ADJUSTMENT_PERIOD);
    if (periods === 0) return;
    this.#adjustedAt += periods * ADJUSTMENT_PERIOD;
    const most = new Map<Level, number>();
    for (const level of this.#levels.values()) {
      most.set(level, level.demand.high);
      level.demand.adjust(now, periods);
    }
    this.#allocate(most);
    for (const level of this.#levels.values()) level.dispatch();
  }

  #allocate(most?: ReadonlyMap<Level, number>): void {
    const limited = [...this.#levels.values()].filter(({ exempt }) => !exempt);
    const claims = limited.map((level) => {
      const { nominal, lower, upper } = level.limits;
      // What a level has lent it gets back as far as it has lately asked for it, up to what it is due.
      const least = Math.max(lower, Math.min(nominal, most?.get(level) ?? level.demand.high));
      return { lower: least, upper: Math.max(least, upper), target: Math.max(least, level.demand.smoothed) };
    });
    const floor = claims.reduce((sum, { lower }) => sum + lower, 0);
    const result = shareOut(Math.max(floor, this.#serverSeats), claims);
    this.#fairFraction = result?.proportion ?? 1;
    limited.forEach((level, i) => (level.current = Math.round(result?.shares[i] ?? level.limits.nominal)));
  }

  /** The families that show how things stand. */
  #show(registry: Registry): void {
    const perLevel = (name: string, help: string, value: (level: Level) => number, stability?: 'BETA'): void =>
      registry.collect(
        { name: `apiserver_flowcontrol_${name}`, help, labels: ['priority_level'], ...(stability === undefined ? {} : { stability }) },
        (emit) => {
          this.#catchUp();
          for (const level of this.levels) emit(value(level), level.name);
        },
      );
    const perFlow = (name: string, help: string, value: (flow: Flow) => number, stability?: 'BETA'): void =>
      registry.collect(
        {
          name: `apiserver_flowcontrol_${name}`,
          help,
          labels: ['priority_level', 'flow_schema'],
          ...(stability === undefined ? {} : { stability }),
        },
        (emit) => {
          this.#digest();
          for (const flow of this.#flows)
            if (flow.instruments.dispatched.value > 0 || flow.waiting > 0) emit(value(flow), flow.level.name, flow.name);
        },
      );
    perLevel('nominal_limit_seats', 'Seats that a level is due by its shares.', ({ limits }) => limits.nominal, 'BETA');
    perLevel('lower_limit_seats', 'Seats that a level keeps when it lends all it may.', ({ limits }) => limits.lower);
    perLevel('upper_limit_seats', 'Seats that a level may have when it borrows all it may.', ({ limits }) => limits.upper);
    perLevel('current_limit_seats', 'Seats that a level has now.', ({ current }) => current);
    perLevel('demand_seats_high_watermark', 'Most seats that a level could use, in this period.', ({ demand }) => demand.high);
    perLevel(
      'demand_seats_average',
      'Seats that a level could use, on average over this period.',
      ({ demand }) => demand.measure(this.sim.now).average,
    );
    perLevel(
      'demand_seats_stdev',
      'How far the seats a level could use strayed in this period.',
      ({ demand }) => demand.measure(this.sim.now).deviation,
    );
    perLevel('demand_seats_smoothed', 'Seats that a level could use, smoothed over the periods.', ({ demand }) => demand.smoothed);
    perFlow('current_executing_requests', 'Requests under way.', ({ executing }) => executing, 'BETA');
    perFlow('current_executing_seats', 'Seats taken by requests under way.', ({ seats }) => seats, 'BETA');
    perFlow('current_inqueue_requests', 'Requests in queues.', ({ waiting }) => waiting, 'BETA');
    perFlow('current_inqueue_seats', 'Seats that requests in queues wait for.', ({ waitingSeats }) => waitingSeats);
    registry.collect(
      { name: 'apiserver_flowcontrol_seat_fair_frac', help: 'Part of what it asks for that each level gets.', labels: [] },
      (emit) => {
        this.#catchUp();
        emit(this.#fairFraction);
      },
    );
  }

  #catchUp(): void {
    this.#digest();
    this.#adjust();
  }
}

/** The headers that say which schema and level a request was given. */
export function classificationHeaders({ uid, level }: TicketFlow): Readonly<Record<string, string>> {
  return { 'x-kubernetes-pf-flowschema-uid': uid, 'x-kubernetes-pf-prioritylevel-uid': level.uid };
}

/** The refusal. It is no Status: clients make one of it. */
export function tooManyRequests({ flow }: Ticket): ApiResponse {
  return {
    code: 429,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'retry-after': String(flow.level.retryAfter.seconds),
    },
    body: 'Too many requests, please try again later.\n',
  };
}
