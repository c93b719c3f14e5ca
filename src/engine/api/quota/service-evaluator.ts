import type { Service } from '../generated/types.ts';
import type { Evaluator } from './evaluator.ts';

const NAMES = ['count/services', 'services', 'services.loadbalancers', 'services.nodeports'];

/** Services, and beside their number the load balancers and node ports that they take. */
export const serviceEvaluator: Evaluator = {
  handles: (_verb, subresource) => subresource === '',
  matching: (wanted) => wanted.filter((name) => NAMES.includes(name)),
  inScope: () => false,
  usage(object) {
    const { spec } = object as Service;
    const ports = spec?.ports ?? [];
    let nodePorts = 0;
    if (spec?.type === 'NodePort') nodePorts = ports.length;
    else if (spec?.type === 'LoadBalancer')
      nodePorts =
        spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0).length : ports.length;
    return {
      'count/services': '1',
      services: '1',
      'services.loadbalancers': spec?.type === 'LoadBalancer' ? '1' : '0',
      'services.nodeports': String(nodePorts),
    };
  },
};
