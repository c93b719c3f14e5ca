import type { PriorityLevelConfiguration } from '../../api/generated/types.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { Demand } from './demand.ts';
import type { Refusal } from './instruments.ts';
import { Queues } from './queues.ts';
import { RetryAfter } from './retry-after.ts';
import type { Ticket, TicketLevel } from './ticket.ts';

/** A request waits for a quarter of --request-timeout (1 minute). */
const WAIT_LIMIT: Millis = 15 * SECOND;

/** Seats of one level: what it is due, and between which bounds lending and borrowing may move it. */
export interface Limits {
  readonly nominal: number;
  readonly lower: number;
  readonly upper: number;
}

/** A PriorityLevelConfiguration at work: who executes, who waits, who is refused. */
export class Level implements TicketLevel {
  readonly name: string;
  readonly demand: Demand;
  readonly retryAfter = new RetryAfter();
  readonly executing = new Set<Ticket>();
  limits: Limits = { nominal: 0, lower: 0, upper: 0 };
  /** Seats there are now, after lending and borrowing. */
  current = 0;
  /** Its object is gone, but requests are still under way. */
  quiescing = false;
  seats = 0;
  dispatched = 0;
  rejected = 0;
  timedOut = 0;
  cancelled = 0;
  #object: PriorityLevelConfiguration;
  #queues: Queues | undefined;
  readonly #deadlines = new Map<Ticket, { cancel(): void }>();

  constructor(
    readonly sim: Simulation,
    object: PriorityLevelConfiguration,
  ) {
    this.name = object.metadata.name ?? '';
    this.demand = new Demand(sim.now);
    this.#object = object;
    this.configure(object);
  }

  get uid(): string {
    return this.#object.metadata.uid ?? '';
  }

  get object(): PriorityLevelConfiguration {
    return this.#object;
  }

  get exempt(): boolean {
    return this.#object.spec?.type === 'Exempt';
  }

  get shares(): number {
    const { limited, exempt } = this.#object.spec ?? {};
    return limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares ?? 0;
  }

  get queues(): Queues | undefined {
    return this.#queues;
  }

  get waiting(): number {
    return this.#queues?.waiting ?? 0;
  }

  get idle(): boolean {
    return this.executing.size === 0 && this.waiting === 0;
  }

  configure(object: PriorityLevelConfiguration): void {
    this.#object = object;
    this.quiescing = false;
    const queuing = object.spec?.limited?.limitResponse?.queuing;
    if (queuing === undefined) {
      // Those that wait already are let go as seats come free.
      if (this.#queues?.waiting === 0) this.#queues = undefined;
    } else {
      const { queues = 64, handSize = 8, queueLengthLimit = 50 } = queuing;
      if (this.#queues === undefined) this.#queues = new Queues(queues, handSize, queueLengthLimit);
      else this.#queues.configure(queues, handSize, queueLengthLimit);
    }
  }

  /** Lets the request in, puts it into a queue, or refuses it. */
  start(ticket: Ticket): void {
    const { flow } = ticket;
    flow.instruments.seats.observe(ticket.seats);
    if (this.exempt || (this.waiting === 0 && this.#fits(ticket.seats))) return this.#execute(ticket);
    if (this.#queues === undefined || this.#object.spec?.limited?.limitResponse?.type === 'Reject')
      return this.#refuse(ticket, 'concurrency-limit');
    if (!this.#queues.enqueue(ticket, this.sim.now)) return this.#refuse(ticket, 'queue-full');
    flow.waiting++;
    flow.waitingSeats += ticket.seats;
    this.#measure();
    this.#deadlines.set(
      ticket,
      this.sim.after(WAIT_LIMIT, () => this.#leave(ticket, 'time-out')),
    );
    this.dispatch();
  }

  /** The request has been answered, or its caller went away while it waited. */
  finish(ticket: Ticket): void {
    if (ticket.state === 'waiting') return this.#leave(ticket, 'cancelled');
    if (ticket.state !== 'executing') return;
    ticket.state = 'finished';
    const { flow, seats } = ticket;
    const took = (this.sim.now - ticket.started) / SECOND;
    (ticket.info.verb === 'watch' ? flow.instruments.watches : flow.instruments.execution).observe(took);
    this.executing.delete(ticket);
    this.seats -= seats;
    flow.seats -= seats;
    flow.executing--;
    this.#queues?.finished(ticket, this.sim.now, this.seats);
    this.#measure();
    if (this.waiting > 0) this.dispatch();
  }

  /** Gives seats to those that wait, as far as there are any. */
  dispatch(): void {
    for (let next = this.#queues?.head(); next !== undefined && this.#fits(next.seats); next = this.#queues?.head()) {
      this.#queues?.take(next, this.sim.now, this.seats);
      this.#unwait(next);
      next.flow.instruments.wait.observe((this.sim.now - next.arrived) / SECOND);
      this.#execute(next);
      next.settled?.(false);
    }
  }

  /** A request wider than all seats runs alone. */
  #fits(seats: number): boolean {
    return seats > this.current ? this.seats === 0 && this.current > 0 : this.seats + seats <= this.current;
  }

  #execute(ticket: Ticket): void {
    const { flow, seats } = ticket;
    ticket.state = 'executing';
    ticket.started = this.sim.now;
    this.executing.add(ticket);
    this.seats += seats;
    flow.seats += seats;
    flow.executing++;
    flow.instruments.dispatched.inc();
    this.dispatched++;
    this.#measure();
  }

  #refuse(ticket: Ticket, reason: Refusal): void {
    ticket.state = 'refused';
    ticket.flow.instruments.refused(reason);
    if (reason === 'cancelled') this.cancelled++;
    else {
      this.rejected++;
      if (reason === 'time-out') this.timedOut++;
      this.retryAfter.refused(this.sim.now);
    }
  }

  #leave(ticket: Ticket, reason: 'time-out' | 'cancelled'): void {
    if (ticket.state !== 'waiting' || this.#queues?.remove(ticket) !== true) return;
    this.#unwait(ticket);
    ticket.flow.instruments.waitInVain.observe((this.sim.now - ticket.arrived) / SECOND);
    this.#refuse(ticket, reason);
    this.#measure();
    ticket.settled?.(true);
  }

  #unwait(ticket: Ticket): void {
    this.#deadlines.get(ticket)?.cancel();
    this.#deadlines.delete(ticket);
    ticket.flow.waiting--;
    ticket.flow.waitingSeats -= ticket.seats;
  }

  #measure(): void {
    this.demand.set(this.sim.now, this.seats + (this.#queues?.waitingSeats ?? 0));
  }
}
