import { CONTENT_TYPE } from '../../metrics/exposition.ts';
import { dumpFlowControl } from '../flowcontrol/dump.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';
import type { Filters } from './filters.ts';
import type { HealthMetrics } from './slis.ts';

/** The paths at which the filters show themselves: `/metrics`, `/metrics/slis`, `/debug/api_priority_and_fairness/…`. */
export function filterPages(filters: Filters, health: HealthMetrics): (path: string, request: ApiRequest) => ApiResponse | undefined {
  const scrape = (body: string): ApiResponse => ({ code: 200, headers: { 'content-type': CONTENT_TYPE }, body });
  return (path, request) => {
    if (path === '/metrics') return scrape(filters.metrics.text());
    if (path === '/metrics/slis') return scrape(health.registry.text());
    return dumpFlowControl(filters.flow, path, request);
  };
}
