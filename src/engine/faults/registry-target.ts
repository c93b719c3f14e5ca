import { parseReference } from '../node/runtime/reference.ts';
import { FaultProblem, type Fault } from './fault.ts';

/** A registry (`docker.io`), a part of one, or an image as a pod would name it. */
export function registryTarget({ target }: Fault): string {
  if (/^[\w.-]+\.[a-z]+(:\d+)?$/.test(target)) return target;
  const reference = parseReference(target);
  if (typeof reference === 'string')
    throw new FaultProblem('target', `"${target}" is no registry and no image (${reference}); write docker.io or nginx:1.27`);
  return target;
}
