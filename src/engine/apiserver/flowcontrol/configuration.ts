import { bootstrapObjects } from '../../api/bootstrap/objects.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/generated/types.ts';
import type { Store } from '../../etcd/store.ts';

const SCHEMAS = '/registry/flowschemas/';
const LEVELS = '/registry/prioritylevelconfigurations/';

/** FlowSchemas and PriorityLevelConfigurations as stored, with the two of each kind that are there even when nobody stored them. */
export class Configuration {
  /** Counts changes. */
  revision = 0;
  readonly #store: Store;
  readonly #schemas = new Map<string, FlowSchema>();
  readonly #levels = new Map<string, PriorityLevelConfiguration>();
  #stop: (() => void)[] = [];

  /** `onChange`: called when an object of either kind has come, changed or gone. */
  constructor(
    store: Store,
    readonly onChange: () => void = () => {},
  ) {
    this.#store = store;
  }

  start(): void {
    this.stop();
    this.revision++;
    this.#follow(SCHEMAS, this.#schemas);
    this.#follow(LEVELS, this.#levels);
  }

  stop(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.#schemas.clear();
    this.#levels.clear();
  }

  /** As stored. */
  get stored(): Iterable<FlowSchema> {
    return this.#schemas.values();
  }

  level(name: string): PriorityLevelConfiguration | undefined {
    return this.#levels.get(name);
  }

  /** Every level there is, by name. */
  levels(): Map<string, PriorityLevelConfiguration> {
    const levels = new Map(this.#levels);
    for (const object of mandatory().levels) {
      const { name = '' } = object.metadata;
      if (!levels.has(name)) levels.set(name, object);
    }
    return levels;
  }

  /** Schemas whose level exists, in the order in which they are tried: by precedence, then by name. */
  schemas(): FlowSchema[] {
    const levels = this.levels();
    const found = [...this.#schemas.values()].filter(({ spec }) => levels.has(spec?.priorityLevelConfiguration.name ?? ''));
    found.sort((a, b) => precedence(a) - precedence(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    const [exempt, catchAll] = mandatory().schemas;
    const has = (name: string): boolean => found.some(({ metadata }) => metadata.name === name);
    return [
      ...(has('exempt') || exempt === undefined ? [] : [exempt]),
      ...found,
      ...(has('catch-all') || catchAll === undefined ? [] : [catchAll]),
    ];
  }

  #follow<T>(prefix: string, into: Map<string, T>): void {
    for (const { key, value } of this.#store.range(prefix, `${prefix}\uffff`).kvs) into.set(key.slice(prefix.length), value as T);
    this.#stop.push(
      this.#store.watchPrefix(prefix, 0, ({ key, kv }) => {
        if (kv === undefined) into.delete(key.slice(prefix.length));
        else into.set(key.slice(prefix.length), kv.value as T);
        this.revision++;
        this.onChange();
      }),
    );
  }
}

const precedence = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 1000;

let known: { schemas: FlowSchema[]; levels: PriorityLevelConfiguration[] } | undefined;

/** `exempt` and `catch-all` of both kinds, which the server imagines where they are missing. */
function mandatory(): { schemas: FlowSchema[]; levels: PriorityLevelConfiguration[] } {
  if (known !== undefined) return known;
  const objects = bootstrapObjects('');
  const find = <T>(resource: string, name: string): T =>
    objects.find((one) => one.resource === resource && one.object.metadata.name === name)?.object as T;
  known = {
    schemas: ['exempt', 'catch-all'].map((name) => find<FlowSchema>('flowschemas', name)),
    levels: ['exempt', 'catch-all'].map((name) => find<PriorityLevelConfiguration>('prioritylevelconfigurations', name)),
  };
  return known;
}
