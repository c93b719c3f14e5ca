import { matchesSelector } from '../api/selector.ts';
import { semanticallyEqual } from '../api/equality.ts';
import type { ClusterRole, PolicyRule } from '../api/generated/types.ts';
import type { Informer } from '../client/informer.ts';
import { CLUSTER_ROLES } from '../client/resources.ts';
import type { Task } from '../os/task.ts';
import type { ControllerContext } from './controller.ts';
import { Reconciler } from './reconciler.ts';

/** Gathers the rules of a role with an aggregationRule from the roles that its selectors find: `admin`, `edit`, `view`. */
export class ClusterRoleAggregation extends Reconciler {
  readonly #roles: Informer<ClusterRole>;
  readonly #gathering = new Map<string, ClusterRole>();

  constructor(context: ControllerContext) {
    super(context, 'controller/clusterrole-aggregation');
    this.#roles = context.informers.of(CLUSTER_ROLES);
    this.watch(this.#roles, {
      added: (role) => this.#changed(role),
      updated: (role, old) => {
        this.#changed(old);
        this.#changed(role);
      },
      deleted: (role) => {
        this.#gathering.delete(role.metadata.name ?? '');
        this.#changed(role, true);
      },
    });
  }

  #changed(role: ClusterRole, gone = false): void {
    const { name = '', labels } = role.metadata;
    if (!gone && selectorsOf(role).length > 0) {
      this.#gathering.set(name, role);
      this.queue.add(name);
    }
    for (const [other, gathering] of this.#gathering) if (other !== name && gathers(gathering, labels)) this.queue.add(other);
  }

  protected *sync(name: string): Task<void> {
    const role = this.#roles.get(name);
    if (role === undefined || selectorsOf(role).length === 0) return;
    const rules: PolicyRule[] = [];
    for (const selector of selectorsOf(role)) {
      const found = [...this.#roles.list()].filter(({ metadata }) => metadata.name !== name && matchesSelector(selector, metadata.labels));
      for (const source of found.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)))
        for (const rule of source.rules ?? []) if (!rules.some((one) => semanticallyEqual(one, rule))) rules.push(rule);
    }
    if (semanticallyEqual(rules, role.rules)) return;
    this.decide(`ClusterRole "${name}" gathers the rules of other roles: it has ${rules.length} now.`, role);
    yield* this.client.update(CLUSTER_ROLES, { ...role, rules });
  }
}

const selectorsOf = ({ aggregationRule }: ClusterRole): NonNullable<NonNullable<ClusterRole['aggregationRule']>['clusterRoleSelectors']> =>
  aggregationRule?.clusterRoleSelectors ?? [];

const gathers = (role: ClusterRole, labels: Readonly<Record<string, string>> | undefined): boolean =>
  selectorsOf(role).some((selector) => matchesSelector(selector, labels));
