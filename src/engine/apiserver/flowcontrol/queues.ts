import { SECOND, type Millis } from '../../sim/time.ts';
import { deal, hashFlow } from './shuffle-sharding.ts';
import type { Ticket } from './ticket.ts';

/** What a request is taken to need before it is known: 3 ms in every seat. */
const GUESS = 0.003;

/** One queue, and the requests from it that execute. */
export interface Queue {
  readonly index: number;
  readonly waiting: Ticket[];
  readonly executing: Set<Ticket>;
  /** Virtual finish time of what it was given: who has had least comes next. In seat-seconds. */
  nextDispatchR: number;
}

/**
 * The queues of one level, served so that flows get equal parts of its seats: virtual time runs on as seats do work, shared by the
 * queues that have any (fair queuing; fairqueuing/queueset). A queue exists from its first request on.
 */
export class Queues {
  waiting = 0;
  waitingSeats = 0;
  readonly #queues = new Map<number, Queue>();
  #count: number;
  #handSize: number;
  #lengthLimit: number;
  /** Virtual time R, in seat-seconds, as it was at `#at`. */
  #now = 0;
  #at: Millis = 0;
  #robin = -1;

  constructor(count: number, handSize: number, lengthLimit: number) {
    this.#count = count;
    this.#handSize = handSize;
    this.#lengthLimit = lengthLimit;
  }

  configure(count: number, handSize: number, lengthLimit: number): void {
    this.#count = count;
    this.#handSize = handSize;
    this.#lengthLimit = lengthLimit;
  }

  /** Those that hold or held a request, by index. */
  get list(): readonly Queue[] {
    return [...this.#queues.values()].sort((a, b) => a.index - b.index);
  }

  /** Puts the request into the least loaded queue of its flow's hand. False when that one is full. */
  enqueue(ticket: Ticket, now: Millis): boolean {
    const { flow, info, user } = ticket;
    const hand = deal(hashFlow(flow.name, flow.distinguish(info, user)), this.#count, Math.min(this.#handSize, this.#count));
    let best: Queue | undefined;
    for (const index of hand) {
      const queue = this.#queue(index);
      if (best === undefined || work(queue) < work(best)) best = queue;
    }
    if (best === undefined || best.waiting.length >= this.#lengthLimit) return false;
    this.#advance(now, 0);
    if (best.waiting.length === 0 && best.executing.size === 0) best.nextDispatchR = this.#now;
    ticket.state = 'waiting';
    ticket.queue = best.index;
    best.waiting.push(ticket);
    this.waiting++;
    this.waitingSeats += ticket.seats;
    return true;
  }

  /** Who comes next: the first of the queue whose first would be finished first. Ties go round. */
  head(): Ticket | undefined {
    let best: Queue | undefined;
    let bestR = Infinity;
    const after = this.list.filter(({ index }) => index > this.#robin);
    const before = this.list.filter(({ index }) => index <= this.#robin);
    for (const queue of [...after, ...before]) {
      const first = queue.waiting[0];
      if (first === undefined) continue;
      const finish = queue.nextDispatchR + GUESS * first.seats;
      if (finish < bestR) [best, bestR] = [queue, finish];
    }
    return best?.waiting[0];
  }

  /** `ticket`, a head, gets its seats. `seats`: those in use before. */
  take(ticket: Ticket, now: Millis, seats: number): void {
    this.#advance(now, seats);
    const queue = this.#queue(ticket.queue);
    queue.waiting.shift();
    queue.executing.add(ticket);
    queue.nextDispatchR += GUESS * ticket.seats;
    this.#robin = queue.index;
    this.waiting--;
    this.waitingSeats -= ticket.seats;
  }

  /** A request that waited has been answered: what it really took replaces the guess. */
  finished(ticket: Ticket, now: Millis, seats: number): void {
    if (ticket.queue < 0) return;
    this.#advance(now, seats + ticket.seats);
    const queue = this.#queues.get(ticket.queue);
    if (queue?.executing.delete(ticket) !== true) return;
    queue.nextDispatchR -= (GUESS - (now - ticket.started) / SECOND) * ticket.seats;
    if (queue.waiting.length === 0 && queue.executing.size === 0 && queue.index >= this.#count) this.#queues.delete(queue.index);
  }

  remove(ticket: Ticket): boolean {
    const queue = this.#queues.get(ticket.queue);
    const at = queue?.waiting.indexOf(ticket) ?? -1;
    if (queue === undefined || at < 0) return false;
    queue.waiting.splice(at, 1);
    this.waiting--;
    this.waitingSeats -= ticket.seats;
    return true;
  }

  /** Virtual time runs as fast as seats are used, divided by the queues that want any. */
  #advance(now: Millis, seats: number): void {
    let active = 0;
    for (const { waiting, executing } of this.#queues.values()) if (waiting.length > 0 || executing.size > 0) active++;
    if (active > 0) this.#now += (((now - this.#at) / SECOND) * seats) / active;
    this.#at = now;
  }

  #queue(index: number): Queue {
    let queue = this.#queues.get(index);
    if (queue === undefined) this.#queues.set(index, (queue = { index, waiting: [], executing: new Set(), nextDispatchR: 0 }));
    return queue;
  }
}

function work({ waiting, executing }: Queue): number {
  let seats = 0;
  for (const ticket of waiting) seats += ticket.seats;
  for (const ticket of executing) seats += ticket.seats;
  return seats;
}
