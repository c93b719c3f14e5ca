import type { Queued, QueueSortPlugin } from '../framework.ts';

/** Higher priority first, then who has waited longer. */
export const prioritySort: QueueSortPlugin = {
  name: 'PrioritySort',
  less(a: Queued, b: Queued): boolean {
    if (a.info.priority !== b.info.priority) return a.info.priority > b.info.priority;
    return a.addedAt < b.addedAt || (a.addedAt === b.addedAt && a.order < b.order);
  },
};
