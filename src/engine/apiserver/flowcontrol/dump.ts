import { formatMicroTime, type Millis } from '../../sim/time.ts';
import { textResponse } from '../response.ts';
import { first } from '../route.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';
import type { FlowControl } from './flowcontrol.ts';
import type { Level } from './level.ts';
import type { Queue } from './queues.ts';
import type { Ticket } from './ticket.ts';

const ROOT = '/debug/api_priority_and_fairness/';

/** `/debug/api_priority_and_fairness/dump_…`: tables for people, cells ended by a comma (apf_controller_debug.go). */
export function dumpFlowControl(flow: FlowControl, path: string, request: ApiRequest): ApiResponse | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  switch (path.slice(ROOT.length)) {
    case 'dump_priority_levels':
      return textResponse(200, table([PRIORITY_LEVELS, ...flow.levels.map(levelRow)]));
    case 'dump_queues':
      return textResponse(200, table([QUEUES, ...flow.levels.flatMap(queueRows)]));
    case 'dump_requests': {
      const details = (first(request, 'includeRequestDetails') ?? '') !== '';
      return textResponse(
        200,
        table([details ? [...REQUESTS, ...DETAILS] : REQUESTS, ...flow.levels.flatMap((level) => requestRows(level, details))]),
      );
    }
    default:
      return undefined;
  }
}

const PRIORITY_LEVELS = [
  'PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests', 'DispatchedRequests',
  'RejectedRequests', 'TimedoutRequests', 'CancelledRequests',
]; // prettier-ignore
const QUEUES = [
  'PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR', 'InitialSeatsSum', 'MaxSeatsSum',
  'TotalWorkSum',
]; // prettier-ignore
// `FlowDistingsher` is upstream's own spelling.
const REQUESTS = [
  'PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime', 'InitialSeats', 'FinalSeats',
  'AdditionalLatency', 'StartTime',
]; // prettier-ignore
const DETAILS = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];

function levelRow(level: Level): string[] {
  const active = level.queues?.list.filter(({ waiting, executing }) => waiting.length > 0 || executing.size > 0).length ?? 0;
  const { name, idle, quiescing, waiting, executing, dispatched, rejected, timedOut, cancelled } = level;
  return [name, active, idle, quiescing, waiting, executing.size, dispatched, rejected, timedOut, cancelled].map(String);
}

function queueRows(level: Level): string[][] {
  if (level.queues === undefined) return [];
  return level.queues.list.map((queue) => {
    const seats = sum(queue.waiting);
    return [
      level.name,
      String(queue.index),
      String(queue.waiting.length),
      String(queue.executing.size),
      String(sum([...queue.executing])),
      seatSeconds(queue.nextDispatchR),
      String(seats),
      String(seats),
      seatSeconds(seats * 0.003),
    ];
  });
}

function requestRows(level: Level, details: boolean): string[][] {
  const row = (ticket: Ticket, queue: number, index: number): string[] => {
    const { flow, info, user, arrived, started, seats, state } = ticket;
    const cells = [
      level.name,
      flow.name,
      String(queue),
      String(index),
      level.exempt ? '' : flow.distinguish(info, user),
      nanoTime(arrived),
      String(seats),
      '0',
      '0s',
      state === 'executing' ? nanoTime(started) : '0001-01-01T00:00:00Z',
    ];
    if (!details) return cells;
    const version = info.group === '' ? info.version : `${info.group}/${info.version}`;
    return [...cells, user.name, info.verb, info.path, info.namespace, info.name, version, info.resource, info.subresource];
  };
  const waiting = (queue: Queue): string[][] => queue.waiting.map((ticket, index) => row(ticket, queue.index, index));
  return [...[...level.executing].map((ticket) => row(ticket, ticket.queue, -1)), ...(level.queues?.list ?? []).flatMap(waiting)];
}

const sum = (tickets: readonly Ticket[]): number => tickets.reduce((seats, ticket) => seats + ticket.seats, 0);

const seatSeconds = (value: number): string => `${value.toFixed(8)}ss`;

/** RFC 3339 with the nanoseconds that are not 0. */
const nanoTime = (at: Millis): string => formatMicroTime(at).replace(/\.?0+Z$/, 'Z');

/** Go's tabwriter with a minimal width of 8 and a padding of 1: the last cell of a line ends none of its columns. */
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell, i) => (i < row.length - 1 ? `${cell},` : cell)));
  const widths: number[] = [];
  for (const row of cells) row.slice(0, -1).forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 8, cell.length + 1)));
  return cells.map((row) => `${row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell)).join('')}\n`).join('');
}
