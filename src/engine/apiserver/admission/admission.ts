import { forbidden } from '../../api/errors.ts';
import type { Task } from '../../os/task.ts';
import { AdmissionWatch } from './admission-watch.ts';
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

/** All mutating plugins in order, later all validating ones. A plugin refuses by throwing `StatusError`. */
export class Admission {
  readonly #watch: AdmissionWatch;

  constructor(readonly plugins: readonly AdmissionPlugin[]) {
    this.#watch = new AdmissionWatch(plugins.map(({ name }) => name));
  }

  *admit(operation: Operation): Task<void> {
    yield* this.#ask('admit', operation);
    if (wantsReinvocation(operation)) yield* this.#ask('admit', operation);
    operation.context.stages.push('admit');
  }

  *validate(operation: Operation): Task<void> {
    yield* this.#ask('validate', operation);
    operation.context.stages.push('validate');
  }

  *#ask(type: 'admit' | 'validate', operation: Operation): Task<void> {
    const { verb, context } = operation;
    const passage = context.observer === undefined ? undefined : this.#watch.begin(type, verb, context.observer);
    let at = 0;
    try {
      for (; at < this.plugins.length; at++) {
        const plugin = this.plugins[at] as AdmissionPlugin;
        if (plugin[type] === undefined || !concerns(plugin, operation)) continue;
        const asking = plugin[type](operation);
        if (asking !== undefined) yield* asking;
        passage?.passed(at, asking !== undefined);
      }
    } catch (error) {
      passage?.refused(at);
      throw error;
    }
    passage?.done();
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
