import { FaultProblem, type FaultKind, type Parameter } from './fault.ts';
import { duration, durationParameter } from './parameters.ts';

const stock: Parameter = {
  about: 'how many machines it has to give, those that run among them (none more unless said)',
  form: 'NUMBER',
  problem: (value) => (/^\d+$/.test(value) ? undefined : `"${value}" is no number of machines`),
};

/** A cloud that has no more machines of a kind to give, or takes long for one: orders are refused, or wait. */
export const cloudLimited: FaultKind = {
  name: 'cloud-limited',
  about: 'a cloud has no more machines of a node group to give, or they take long to boot',
  target: 'GROUP',
  parameters: { stock, boot: durationParameter('from the order to the running machine') },
  plan({ groups }, fault) {
    const group = groups.find(({ spec }) => spec.name === fault.target);
    if (group === undefined) {
      const known = groups.map(({ spec }) => spec.name).join(', ');
      throw new FaultProblem('target', `no node group "${fault.target}"; ${known === '' ? 'this cluster has none' : `there are ${known}`}`);
    }
    return () => {
      const before = { ...group.limits };
      const [most, boot] = [fault['stock'], fault['boot']];
      if (boot !== undefined) group.limits.bootTime = duration(boot);
      if (most !== undefined || boot === undefined) group.limits.stock = Number(most ?? 0);
      return () => {
        delete group.limits.stock;
        delete group.limits.bootTime;
        Object.assign(group.limits, before);
      };
    };
  },
};
