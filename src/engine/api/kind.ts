import type { ApiObject, JsonObject } from './meta.ts';
import type { WebhookConversion } from './generated/types.ts';
import type { Structural } from './structural/schema.ts';
import type { Findings } from './validation.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';
export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A printer column of the server's tables. */
export interface Column<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** Instead of `description`: the texts of the built-in columns are many and seldom read. */
  describe?(): string;
  /** 0: always shown; 1: with `-o wide` only. */
  readonly priority: 0 | 1;
  /** A cell that upstream's table does not define: clients do not show it. */
  readonly undefined?: true;
  /** `now` in virtual ms, for ages. */
  readonly value: (object: T, now: number) => string | number | boolean | null;
}

/** What a strategy may ask of the server while it works on a request. */
export interface StrategyContext {
  readonly now: number;
  readonly user: Requester;
}

/** Who asks, as authentication found out. */
export interface Requester {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Rules for writing one resource, or one of its subresources (`status`). */
export interface Strategy<T> {
  /** Sets what clients may not: resets status, generation. `draft` belongs to the request and is changed in place. */
  prepareForCreate?(draft: T, context: StrategyContext): void;
  /** Puts back what this endpoint may not change; bumps `metadata.generation` where spec changed. */
  prepareForUpdate?(draft: T, old: T, context: StrategyContext): void;
  /** `where`: of a new object, the labels of the namespace it comes to. */
  validate?(object: T, findings: Findings, where?: Readonly<Record<string, string>>): void;
  validateUpdate?(object: T, old: T, findings: Findings): void;
  warnings?(object: T, old: T | undefined): string[];
}

/** How `/scale` maps to a kind: which paths hold the numbers. */
export interface ScaleMapping<T> {
  replicas(object: T): number;
  withReplicas(draft: T, replicas: number): void;
  statusReplicas(object: T): number;
  /** Text of the selector in `status.selector`. */
  selector(object: T): string;
}

/** Honesty of a kind, for the fidelity page and the `Warning:` header (decision 8). */
export interface Fidelity {
  readonly level: 'modelled' | 'partial' | 'stored';
  /** Field paths (without indexes: `spec.containers.resources`) that are kept and validated but have no effect, with the sentence that says so. */
  readonly inert?: Readonly<Record<string, string>>;
}

/** What a kind has beside that a CustomResourceDefinition made: its objects are maps, which the definition's own schema describes. */
export interface CustomKind {
  readonly schema: Structural;
  /** `apiVersion` under which all its versions are stored. */
  readonly storedVersion: string;
  /** Brings a draft into form, in place: drops what the schema does not name. Tells what that was, as strict decoding would. */
  readonly read: (draft: JsonObject) => string[];
  /** Set where a webhook turns one version into another; without one they differ by name alone. */
  readonly conversion?: WebhookConversion;
  /** Its definition is going: nothing new is made. */
  readonly terminating: boolean;
  /** What users of a deprecated version are told. */
  readonly deprecation?: string;
}

/** A second face of objects that are stored as another kind says. */
export interface View {
  /** Group of the stored kind: upstream names it in refusals. */
  readonly group: string;
  fromStored(object: ApiObject): ApiObject;
  toStored(object: ApiObject): ApiObject;
}

/** A kind is data: the API server knows nothing of any kind but this. One file a kind under `api/kinds/`. */
export interface Kind<T extends ApiObject = ApiObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, lower case: the resource in URLs. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Name of the type in `generated/schema-lines.json`. */
  readonly schema: string;
  readonly listKind?: string;
  /** What `metadata.name` must be. */
  readonly nameRule: 'dns-subdomain' | 'dns-label' | 'dns-1035-label' | 'path-segment';
  /** Fills in what was left out; in place, on a draft that belongs to the request. Runs on create, update and patch. */
  readonly defaults?: (draft: T) => void;
  readonly strategy: Strategy<T>;
  readonly subresources: {
    readonly status?: Strategy<T>;
    readonly scale?: ScaleMapping<T>;
    /** Others that write a part of the object by rules of their own (`ephemeralcontainers`, `resize`). */
    readonly parts?: Readonly<Record<string, Strategy<T>>>;
    /** Names of others that the server implements for this kind (`log`, `exec`, `binding`, `eviction`, `ephemeralcontainers`, `resize` …). */
    readonly others?: readonly string[];
  };
  /** Field selectors beside `metadata.name` and `metadata.namespace`. */
  readonly fieldSelectors?: Readonly<Record<string, (object: T) => string>>;
  /** Seconds of grace when the caller names none; 0 means gone at once. Only Pods have some. */
  readonly defaultGracePeriod?: (object: T) => number;
  /** `Orphan` for kinds whose dependents were orphaned by default in the old days (ReplicationController); else `Background`. */
  readonly defaultPropagation?: 'Background' | 'Orphan';
  /** Upstream stores it without a default that all readers see: its first update is a write, even where it changes nothing. */
  readonly completedLater?: true;
  readonly columns: readonly Column<T>[];
  /** Annotations in which this version carries fields it does not have. Where metadata stands alone they are not yet there. */
  readonly carriers?: readonly string[];
  /** Conditions of a table's row (`Completed` for pods that have ended), which clients may grey out. */
  readonly rowConditions?: (object: T) => readonly { type: string; status: string; reason: string; message: string }[];
  readonly fidelity: Fidelity;
  /** Set for kinds that came at run time. */
  readonly custom?: CustomKind;
  /** Set for a version whose objects are stored in the form of another. */
  readonly view?: View;
}

export function apiVersion(kind: { group: string; version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}
