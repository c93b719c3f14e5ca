import type { Millis } from '../../sim/time.ts';
import type { UserInfo } from '../authn/user.ts';
import type { RequestInfo } from '../route.ts';
import type { FlowInstruments } from './instruments.ts';

/** What a request knows of its level. */
export interface TicketLevel {
  readonly name: string;
  readonly uid: string;
  readonly exempt: boolean;
  readonly quiescing: boolean;
  readonly idle: boolean;
  readonly retryAfter: { readonly seconds: number };
  finish(ticket: Ticket): void;
}

/** What a request knows of its schema; what is under way is counted there. */
export interface TicketFlow {
  readonly name: string;
  readonly uid: string;
  readonly level: TicketLevel;
  readonly instruments: FlowInstruments;
  seats: number;
  executing: number;
  waiting: number;
  waitingSeats: number;
  distinguish(info: RequestInfo, user: UserInfo): string;
}

/** One request on its way through flow control. */
export interface Ticket {
  readonly flow: TicketFlow;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly seats: number;
  readonly arrived: Millis;
  state: 'waiting' | 'executing' | 'refused' | 'finished';
  started: Millis;
  /** Of the queue it waited in; -1 for those that found a seat at once. */
  queue: number;
  /** Called when it gets its seats, or is refused after all. */
  settled: ((refused: boolean) => void) | undefined;
}
