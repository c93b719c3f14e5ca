import type { Pod, ResourceQuota } from '../../api/generated/types.ts';
import { keyOf, type ApiObject } from '../../api/meta.ts';
import { equalAmounts, maskAmounts } from '../../api/quota/amounts.ts';
import type { Evaluator } from '../../api/quota/evaluator.ts';
import { evaluatorOf } from '../../api/quota/evaluators.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import type { DiscoveredResource, Resource } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { MINUTE, SECOND } from '../../sim/time.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { ResourceMap } from '../garbage-collector/resource-map.ts';
import { isPodTerminal } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { usageOf, type Measured } from './usage.ts';

const QUOTAS: Resource<ResourceQuota> = { group: '', version: 'v1', resource: 'resourcequotas', kind: 'ResourceQuota', namespaced: true };
// --resource-quota-sync-period.
const RESYNC = 5 * MINUTE;
const DISCOVERY_PERIOD = 30 * SECOND;

/**
 * Counts what namespaces use of their quotas. The API server books what comes; this one counts afresh when a quota is new or
 * changed, and when something goes that a quota counted.
 */
export class ResourceQuotaController extends Reconciler implements Controller {
  readonly #quotas: Informer<ResourceQuota>;
  readonly #resources: ResourceMap;
  readonly #counted = new Map<string, { evaluator: Evaluator; informer: Informer<ApiObject> }>();
  readonly #unsubscribe: (() => void)[] = [];
  #discovered: readonly DiscoveredResource[] = [];

  constructor(context: ControllerContext) {
    super(context, 'controller/resourcequota');
    this.#quotas = context.informers.of(QUOTAS, { namespace: ({ metadata }) => [metadata.namespace ?? ''] });
    this.#resources = new ResourceMap(this.client);
    for (const resource of this.#resources.refresh()) if (resource.namespaced) context.informers.of(resource);
    this.watch(this.#quotas, {
      added: (quota) => this.queue.add(keyOf(quota)),
      updated: (quota, old) => {
        // Only what is wanted: the server's bookings change the status all the time.
        if (!equalAmounts(quota.spec?.hard, old.spec?.hard)) this.queue.add(keyOf(quota));
      },
    });
    this.every(DISCOVERY_PERIOD, () => this.#discover());
    this.every(RESYNC, () => {
      for (const quota of this.#quotas.list()) this.queue.add(keyOf(quota));
    });
  }

  override start(): void {
    this.#discover();
    super.start();
  }

  override stop(): void {
    super.stop();
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#counted.clear();
    this.#discovered = [];
  }

  protected *sync(key: string): Task<void> {
    const quota = this.#quotas.get(key);
    if (quota === undefined) return;
    const { namespace } = quota.metadata;
    const all = [...this.#counted.values()].map(({ evaluator, informer }): Measured => ({
      evaluator,
      objects: within(informer, namespace),
    }));
    const hard = quota.spec?.hard ?? {};
    const counted = { ...quota.status?.used, ...usageOf(quota, all, this.sim.now) };
    const used = inNameOrder(maskAmounts(counted, Object.keys(hard)));
    const { status } = quota;
    if (status?.used !== undefined && equalAmounts(status.hard, hard) && equalAmounts(status.used, used)) return;
    const text = Object.keys(used).map((name) => `${name} ${used[name]} of ${hard[name]}`);
    this.decide(`Counted what quota "${quota.metadata.name}" limits: ${text.join(', ')}.`, quota);
    yield* this.client.updateStatus(QUOTAS, { ...quota, status: { ...status, hard, used } });
  }

  /** Subscribes to all resources that can be counted; new ones come with their definitions. */
  #discover(): void {
    const resources = this.#resources.refresh();
    if (resources === this.#discovered) return;
    this.#discovered = resources;
    for (const resource of resources) {
      const id = `${resource.group}/${resource.resource}`;
      const evaluator = resource.namespaced && !this.#counted.has(id) ? evaluatorOf(resource.group, resource.resource) : undefined;
      if (evaluator === undefined) continue;
      const informer = this.context.informers.of(resource);
      this.#counted.set(id, { evaluator, informer });
      const isPods = id === '/pods';
      const isServices = id === '/services';
      this.#unsubscribe.push(
        informer.on({
          deleted: (object) => this.#replenish(evaluator, object),
          updated: (object, old) => {
            if (
              isPods
                ? isPodTerminal(object as Pod) && !isPodTerminal(old as Pod)
                : isServices && differs(evaluator, object, old, this.sim.now)
            )
              this.#replenish(evaluator, object);
          },
        }),
      );
    }
  }

  /** Something that counted has gone: whatever limits it in that namespace is counted afresh. */
  #replenish(evaluator: Evaluator, { metadata }: ApiObject): void {
    for (const quota of this.#quotas.by('namespace', metadata.namespace ?? ''))
      if (evaluator.matching(Object.keys(quota.spec?.hard ?? {})).length > 0) this.queue.add(keyOf(quota));
  }
}

function* within(informer: Informer<ApiObject>, namespace: string | undefined): Generator<ApiObject> {
  for (const object of informer.list()) if (object.metadata.namespace === namespace) yield object;
}

const differs = (evaluator: Evaluator, object: ApiObject, old: ApiObject, now: number): boolean =>
  !equalAmounts(evaluator.usage(object, now), evaluator.usage(old, now));

const inNameOrder = (amounts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(amounts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, amount]) => [name, canonicalQuantity(amount)]),
  );
