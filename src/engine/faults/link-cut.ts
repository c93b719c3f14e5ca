import { FaultProblem, type FaultKind } from './fault.ts';

/** A cut cable between two machines: each goes on and reaches all others. */
export const linkCut: FaultKind = {
  name: 'link-cut',
  about: 'two nodes do not reach each other',
  target: 'NODE:NODE',
  plan({ machines, network }, { target }) {
    const [one = '', other = ''] = target.split(':');
    for (const name of [one, other])
      if (!machines.has(name))
        throw new FaultProblem('target', `no node "${name}"; there are ${[...machines.keys()].join(', ')}; write NODE:NODE`);
    if (one === other) throw new FaultProblem('target', `${one} is both ends; write NODE:NODE`);
    return () => network.cut((from, to) => from === one && to === other);
  },
};
