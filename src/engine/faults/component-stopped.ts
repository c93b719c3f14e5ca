import type { FaultKind } from './fault.ts';
import { named } from './parameters.ts';

/** A process of the control plane or of a node ends, and nobody starts it again. */
export const componentStopped: FaultKind = {
  name: 'component-stopped',
  about: 'a component of the control plane or of a node does not run',
  target: 'COMPONENT[@NODE]',
  plan(world, fault) {
    const component = named(world.components, 'component', fault);
    return () => {
      component.stop();
      return () => component.start();
    };
  },
};
