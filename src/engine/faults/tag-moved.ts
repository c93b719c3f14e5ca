import { FaultProblem, type FaultKind } from './fault.ts';

/** Somebody has pushed another image under a tag that is in use: who pulls it from now on gets that one. */
export const tagMoved: FaultKind = {
  name: 'tag-moved',
  about: 'a tag stands for another image than before',
  target: 'IMAGE',
  parameters: {
    to: {
      about: 'the tag of the same repository whose image it stands for',
      form: 'TAG',
      required: true,
      problem: (value) => (/^\w[\w.-]*$/.test(value) ? undefined : `"${value}" is no tag`),
    },
  },
  plan({ registry }, { target, to = '' }) {
    const undo = registry.retag(target, to);
    if (typeof undo === 'string') throw new FaultProblem('target', undo);
    return () => undo;
  },
};
