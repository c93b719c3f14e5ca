import { quantityMilli } from '../../../api/quantity.ts';
import { podRequests } from '../../../scheduler/requests.ts';
import type { Option } from './option.ts';

const GiB = 1024 ** 3;
// cloudprovider/gce: what an hour of a core and of a GiB costs, which is what pods are valued at.
const CORE = 0.033174;
const GIB = 0.004446;
// expander/price: half a core and 500 MiB steady the ratio.
const STEADY = value(500, 500 * 1024 * 1024);

/** What gives the most for the money, with a leaning to nodes of a size that suits a cluster of so many. */
export function price(options: readonly Option[], clusterSize: number): readonly Option[] {
  const scored = options.map((option) => ({ option, score: scoreOf(option, preferredCpu(clusterSize)) }));
  const best = Math.min(...scored.map(({ score }) => score));
  return scored.filter(({ score }) => score === best).map(({ option }) => option);
}

function scoreOf({ group, template, nodes, pods }: Option, preferred: number): number {
  const paid = group.spec.price * nodes;
  const worth = pods.reduce((sum, pod) => {
    const { milliCpu, memory } = podRequests(pod);
    return sum + value(milliCpu, memory);
  }, 0);
  const cpu = quantityMilli(template.node.status?.capacity?.['cpu']);
  const unfitness = Math.max(preferred / cpu, cpu / preferred);
  const suppressed = (unfitness - 1) * (1 - Math.tanh((nodes - 1) / 15)) + 1;
  return (suppressed * (paid + STEADY)) / (worth + STEADY);
}

function value(milliCpu: number, memory: number): number {
  return (milliCpu / 1000) * CORE + (memory / GiB) * GIB;
}

// SimplePreferredNodeProvider: twice as large whenever the cluster is three times as large.
function preferredCpu(nodes: number): number {
  const step = [2, 6, 20, 60, 200].findIndex((most) => nodes <= most);
  return 1000 * 2 ** (step < 0 ? 5 : step);
}
