import { forbidden } from '../../api/errors.ts';
import { OVER, type Task } from '../../os/task.ts';
import type { AdmissionType } from '../filters/admission-metrics.ts';
import { AdmissionWatch, type AdmissionPassage } from './admission-watch.ts';
import type { Operation } from './operation.ts';
import { wantsReinvocation } from './reinvocation.ts';

export type { Operation } from './operation.ts';

export interface AdmissionPlugin {
  /** As in --enable-admission-plugins. */
  readonly name: string;
  /** Judges connections (exec, attach, port-forward, proxy) as well as writes. */
  readonly connects?: boolean;
  /** May change `operation.object`. A task where somebody else has to be asked. */
  admit?(operation: Operation): void | Task<void>;
  validate?(operation: Operation): void | Task<void>;
}

/** The plugin at `at` has not answered yet. */
interface Waiting {
  readonly at: number;
  readonly asking: Task<void>;
}

/** All mutating plugins in order, later all validating ones. A plugin refuses by throwing `StatusError`. */
export class Admission {
  readonly #watch: AdmissionWatch;

  constructor(readonly plugins: readonly AdmissionPlugin[]) {
    this.#watch = new AdmissionWatch(plugins.map(({ name }) => name));
  }

  admit(operation: Operation): Task<void> {
    const asking = this.#ask('admit', operation);
    if (asking !== OVER || wantsReinvocation(operation)) return this.#admitAgain(operation, asking);
    operation.context.stages.push('admit');
    return OVER;
  }

  *#admitAgain(operation: Operation, asking: Task<void>): Task<void> {
    yield* asking;
    if (asking === OVER || wantsReinvocation(operation)) yield* this.#ask('admit', operation);
    operation.context.stages.push('admit');
  }

  validate(operation: Operation): Task<void> {
    const asking = this.#ask('validate', operation);
    if (asking !== OVER) return this.#validated(operation, asking);
    operation.context.stages.push('validate');
    return OVER;
  }

  *#validated(operation: Operation, asking: Task<void>): Task<void> {
    yield* asking;
    operation.context.stages.push('validate');
  }

  /** Nearly every plugin answers at once: a task is made only for those that do not. */
  #ask(type: AdmissionType, operation: Operation): Task<void> {
    const { observer } = operation.context;
    const passage = observer === undefined ? undefined : this.#watch.begin(type, operation.verb, observer);
    const waiting = this.#walk(type, operation, passage, 0);
    return waiting === undefined ? OVER : this.#wait(type, operation, passage, waiting);
  }

  *#wait(type: AdmissionType, operation: Operation, passage: AdmissionPassage | undefined, first: Waiting): Task<void> {
    for (let waiting: Waiting | undefined = first; waiting !== undefined; waiting = this.#walk(type, operation, passage, waiting.at + 1)) {
      try {
        yield* waiting.asking;
      } catch (error) {
        passage?.refused(waiting.at);
        throw error;
      }
      passage?.passed(waiting.at, true);
    }
  }

  /** Asks one plugin after the other, as far as the first that has to ask somebody else. */
  #walk(type: AdmissionType, operation: Operation, passage: AdmissionPassage | undefined, from: number): Waiting | undefined {
    let at = from;
    try {
      for (; at < this.plugins.length; at++) {
        const plugin = this.plugins[at] as AdmissionPlugin;
        if (plugin[type] === undefined || !concerns(plugin, operation)) continue;
        const asking = plugin[type](operation);
        if (asking !== undefined) return { at, asking };
        passage?.passed(at, false);
      }
    } catch (error) {
      passage?.refused(at);
      throw error;
    }
    passage?.done();
    return undefined;
  }
}

/** Only plugins that judge connections too hear of one. */
const concerns = ({ connects }: AdmissionPlugin, { verb }: Operation): boolean => verb !== 'connect' || connects === true;

/** The 403 of a plugin, named as `admission.NewForbidden` names it. */
export function refuse(operation: Operation, why: string): Error {
  const { metadata } = operation.object ?? operation.old ?? {};
  const name = operation.name || metadata?.name || metadata?.generateName || 'Unknown';
  return forbidden({ group: operation.kind.group, resource: operation.kind.resource, name }, why);
}

export const isPodCreation = ({ verb, kind, subresource }: Operation): boolean =>
  verb === 'create' && kind.resource === 'pods' && kind.group === '' && subresource === '';
