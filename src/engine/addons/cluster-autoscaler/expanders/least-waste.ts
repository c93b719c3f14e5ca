import { quantityMilli, quantityValue } from '../../../api/quantity.ts';
import { podRequests } from '../../../scheduler/requests.ts';
import type { Option } from './option.ts';

/** What leaves the smallest shares of cpu and memory unused. */
export function leastWaste(options: readonly Option[]): readonly Option[] {
  const scored = options.map((option) => ({ option, wasted: wasted(option) }));
  const least = Math.min(...scored.map((each) => each.wasted));
  return scored.filter((each) => each.wasted === least).map(({ option }) => option);
}

function wasted({ template, nodes, pods }: Option): number {
  const requests = pods.map((pod) => podRequests(pod));
  const share = (each: number, asked: number): number => (each * nodes - asked) / (each * nodes);
  const { capacity } = template.node.status ?? {};
  const cpu = requests.reduce((sum, { milliCpu }) => sum + milliCpu, 0);
  const memory = requests.reduce((sum, request) => sum + request.memory, 0);
  return share(quantityMilli(capacity?.['cpu']), cpu) + share(quantityValue(capacity?.['memory']), memory);
}
