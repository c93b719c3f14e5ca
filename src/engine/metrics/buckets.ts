// Upper bounds of histograms, as Kubernetes' components have them. `+Inf` is always there and not written.

/** `count` bounds from `start` on, each `factor` times the one before. */
export function exponential(start: number, factor: number, count: number): number[] {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound *= factor) bounds.push(bound);
  return bounds;
}

/** `count` bounds from `start` on, each `width` more than the one before. */
export function linear(start: number, width: number, count: number): number[] {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound += width) bounds.push(bound);
  return bounds;
}

/** client_golang's own, where a metric names none. */
export const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** 1 ms, doubled fifteen times: authentication, scheduling, the proxies' rules. */
export const MILLISECOND_BUCKETS = exponential(0.001, 2, 15);
/** `apiserver_request_duration_seconds` and the requests to etcd. */
export const REQUEST_BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]; // prettier-ignore
/** How long a pod takes to start. */
export const POD_START_BUCKETS = [
  0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
]; // prettier-ignore
/** Work queues, from 10 ns on by tens; the sums of Go's floats and all. */
export const WORK_QUEUE_BUCKETS = exponential(10e-9, 10, 10);
