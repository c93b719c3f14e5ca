import type { Counter, Histogram } from '../../metrics/instruments.ts';
import type { Registry } from '../../metrics/registry.ts';

/** What is counted of one schema at one level. */
export interface FlowInstruments {
  readonly dispatched: Counter;
  readonly wait: Histogram;
  readonly waitInVain: Histogram;
  readonly execution: Histogram;
  readonly watches: Histogram;
  readonly seats: Histogram;
  refused(reason: Refusal): void;
}

export type Refusal = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

const FLOW = ['priority_level', 'flow_schema'];
const TIMES = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

/** The `apiserver_flowcontrol_…` families that count; those that only show a state are read from it (`flowcontrol.ts`). */
export function flowInstruments(registry: Registry): (level: string, schema: string) => FlowInstruments {
  const name = (rest: string): string => `apiserver_flowcontrol_${rest}`;
  const dispatched = registry.counters({
    name: name('dispatched_requests_total'),
    help: 'Requests that priority and fairness let through.',
    stability: 'BETA',
    labels: FLOW,
  });
  const rejected = registry.counters({
    name: name('rejected_requests_total'),
    help: 'Requests that priority and fairness refused, by reason.',
    stability: 'BETA',
    labels: [...FLOW, 'reason'],
  });
  const waits = registry.histograms({
    name: name('request_wait_duration_seconds'),
    help: 'Time that a request waited in its queue.',
    stability: 'BETA',
    labels: [...FLOW, 'execute'],
    buckets: TIMES,
  });
  const executions = registry.histograms({
    name: name('request_execution_seconds'),
    help: 'Time that a request was executed, for a watch until it had begun.',
    labels: [...FLOW, 'type'],
    buckets: TIMES,
  });
  const seats = registry.histograms({
    name: name('work_estimated_seats'),
    help: 'Seats that a request was held to need.',
    labels: FLOW,
    buckets: [1, 2, 4, 10],
  });
  return (level, schema) => ({
    dispatched: dispatched.quiet(level, schema),
    wait: waits.quiet(level, schema, 'true'),
    waitInVain: waits.quiet(level, schema, 'false'),
    execution: executions.quiet(level, schema, 'regular'),
    watches: executions.quiet(level, schema, 'watch'),
    seats: seats.quiet(level, schema),
    refused: (reason) => rejected.with(level, schema, reason).inc(),
  });
}
