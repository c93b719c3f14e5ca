import type { FlowSchema } from '../../api/generated/types.ts';
import type { UserInfo } from '../authn/user.ts';
import type { RequestInfo } from '../route.ts';
import type { Level } from './level.ts';
import type { FlowInstruments } from './instruments.ts';
import type { TicketFlow } from './ticket.ts';

/** A FlowSchema with the level it leads to. What it leads to is never missing: dangling schemas match nothing. */
export class Flow implements TicketFlow {
  readonly name: string;
  readonly uid: string;
  /** Seats and requests under way, and requests in queues. */
  seats = 0;
  executing = 0;
  waiting = 0;
  waitingSeats = 0;

  constructor(
    readonly schema: FlowSchema,
    readonly level: Level,
    readonly instruments: FlowInstruments,
  ) {
    this.name = schema.metadata.name ?? '';
    this.uid = schema.metadata.uid ?? '';
  }

  /** What tells the flows of one schema apart. */
  distinguish(info: RequestInfo, user: UserInfo): string {
    switch (this.schema.spec?.distinguisherMethod?.type) {
      case 'ByUser':
        return user.name;
      case 'ByNamespace':
        return info.namespace;
      default:
        return '';
    }
  }
}
