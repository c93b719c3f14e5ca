import { wrap } from 'comlink';
import type { LabProtocol } from '../workers/protocol.ts';

type Call = (...args: unknown[]) => Promise<unknown>;
type Tree = { [name: string]: Tree } & Call;

/** Questions: when one of them fails, the cluster itself is as it was. */
const QUESTIONS = new Set(['scene', 'beats', 'objects', 'object', 'why', 'causes', 'next', 'cell', 'check', 'recording', 'hash']);
const ASKED_OF = {
  terminal: new Set(['complete', 'transcript', 'history', 'prompt', 'editing']),
  files: new Set(['read', 'list']),
} as const;

/** The worker was ended while a call was under way: nothing to tell anybody about. */
export class Gone extends Error {}

/**
 * The engine's worker. Its `api` outlives it: after `restart` the same object speaks with a new worker. A call ends even if
 * its worker does not answer any more, and whatever goes wrong in the worker is told once to `onFailure`.
 */
export class Engine {
  readonly api = this.#forward([]) as unknown as LabProtocol;
  #worker: Worker | undefined;
  #remote: Tree | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(readonly onFailure: (error: Error) => void) {
    addEventListener('unhandledrejection', (event) => {
      if (event.reason instanceof Gone) event.preventDefault();
    });
  }

  restart(): void {
    this.stop(new Gone('the cluster was replaced'));
    const worker = new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'kubernotes' });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message?.replace(/^Uncaught (Error: )?/, '') || 'the engine did not load'));
    });
    this.#worker = worker;
    this.#remote = wrap(worker) as unknown as Tree;
  }

  /** Ends the worker; calls that wait for it fail. */
  stop(error: Error = new Gone('the cluster has stopped')): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#remote = undefined;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  #fail(error: Error): void {
    if (this.#worker === undefined) return;
    this.stop();
    this.onFailure(error);
  }

  #forward(path: readonly string[]): Call {
    return new Proxy((() => undefined) as unknown as Call, {
      // A promise may be resolved with the api; it is not a promise itself.
      get: (_target, name) => (typeof name === 'symbol' || name === 'then' ? undefined : this.#forward([...path, name])),
      apply: (_target, _self, args: unknown[]) => this.#call(path, args),
    });
  }

  #call(path: readonly string[], args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#remote === undefined) return reject(new Gone('no cluster is running'));
      const worker = this.#worker;
      const settle = (act: () => void): void => {
        if (this.#waiting.delete(reject)) act();
      };
      this.#waiting.add(reject);
      const method = path.reduce<Tree>((tree, name) => tree[name] as Tree, this.#remote);
      method(...args).then(
        (value) => settle(() => resolve(value)),
        (error: Error) =>
          settle(() => {
            reject(error);
            // A request that fails inside the engine leaves a cluster nobody may trust.
            if (this.#worker === worker && !isQuestion(path)) this.#fail(error);
          }),
      );
    });
  }
}

function isQuestion([first = '', second]: readonly string[]): boolean {
  if (second === undefined) return QUESTIONS.has(first);
  return (first === 'terminal' || first === 'files') && ASKED_OF[first].has(second);
}
