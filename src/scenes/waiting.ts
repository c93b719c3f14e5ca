import type { Deployment } from '../engine/api/generated/types.ts';
import { count } from './sentence.ts';

export interface Waiting {
  /** Pods by how they stand. */
  pending: number;
  starting: number;
  ending: number;
  troubled: number;
  deployments: readonly Deployment[];
  stopped: ReadonlySet<string>;
}

/** What the cluster waits for when nothing moves, in one sentence; `undefined`: for nothing. */
export function waitingFor({ pending, starting, ending, troubled, deployments, stopped }: Waiting): string | undefined {
  if (stopped.has('apiserver')) return 'The API server is stopped: nothing can change, and nothing stops.';
  const unseen = deployments.filter((each) => (each.status?.observedGeneration ?? 0) < (each.metadata.generation ?? 1));
  if (unseen.length > 0) {
    const what = unseen.length === 1 ? `Deployment ${unseen[0]?.metadata.name ?? ''} is` : `${unseen.length} Deployments are`;
    return stopped.has('controller-manager')
      ? `${what} stored, but the controllers that would act on ${unseen.length === 1 ? 'it' : 'them'} are stopped.`
      : `${what} stored; no controller has acted on ${unseen.length === 1 ? 'it' : 'them'} yet.`;
  }
  const wait = (number: number, rest: string): string => `${count(number, 'Pod')} ${number === 1 ? 'waits' : 'wait'} for ${rest}`;
  if (pending > 0) return wait(pending, stopped.has('scheduler') ? 'the scheduler, which is stopped.' : 'a node.');
  if (starting > 0) return `${count(starting, 'Pod')} ${starting === 1 ? 'is' : 'are'} starting.`;
  if (ending > 0) return `${count(ending, 'Pod')} ${ending === 1 ? 'is' : 'are'} ending.`;
  if (troubled > 0) return `${count(troubled, 'Pod')} ${troubled === 1 ? 'is' : 'are'} in trouble.`;
  if (stopped.has('controller-manager')) return 'The controller manager is stopped: what is written now is stored, and nobody acts on it.';
  if (stopped.has('scheduler')) return 'The scheduler is stopped: a new Pod would wait.';
  return undefined;
}
