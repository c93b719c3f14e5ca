import { bootstrapObjects } from '../../api/bootstrap/objects.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Store } from '../../etcd/store.ts';
import { serviceAccountName, type UserInfo } from '../authn/user.ts';

type Binding = RoleBinding | ClusterRoleBinding;

/** What a binding gives to somebody. */
export interface Grant {
  /** `RoleBinding "b/default" of Role "r" to User "jane"`. */
  readonly source: string;
  readonly rules: readonly PolicyRule[];
  /** The role is not there. */
  readonly error?: string;
}

const PREFIXES = ['/registry/clusterrole', '/registry/role'];
const FAMILIES = new Set(['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings']);

/**
 * Roles and bindings as stored, with the bindings found by whom they name: what a decision costs does not depend on
 * how many bindings there are for others. Read when first asked for, then kept up by the store's own events.
 */
export class PolicyIndex {
  /** Counts changes: what was worked out at another revision is void. */
  revision = 0;
  readonly #store: Store;
  readonly #roles = new Map<string, Role | ClusterRole>();
  readonly #bindings = new Map<string, Binding>();
  /** Keys of bindings by scope (a namespace, '' for the cluster) and subject. */
  readonly #bySubject = new Map<string, Set<string>>();
  #loaded = false;

  constructor(store: Store) {
    this.#store = store;
  }

  load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    const found = PREFIXES.flatMap((prefix) => this.#store.range(prefix, end(prefix)).kvs);
    // A server whose post-start hooks have not run goes by the policy that they would write.
    if (this.#store.get('/registry/clusterroles/cluster-admin') === undefined) {
      for (const { resource, object } of bootstrapObjects('')) {
        const { namespace, name = '' } = object.metadata;
        this.#put(`/registry/${resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`, object);
      }
    }
    for (const { key, value } of found) this.#put(key, value as ApiObject);
    for (const prefix of PREFIXES) {
      this.#store.watch({ start: prefix, end: end(prefix), onEvent: ({ key, kv }) => this.#put(key, kv?.value as ApiObject | undefined) });
    }
  }

  /** What the bindings of one scope (a namespace, or '' for the cluster) give to a user, in order of their names. */
  grants(user: UserInfo, namespace: string): Grant[] {
    this.load();
    const keys = new Set<string>();
    for (const subject of [`u:${user.name}`, ...user.groups.map((group) => `g:${group}`)])
      for (const key of this.#bySubject.get(`${namespace}/${subject}`) ?? []) keys.add(key);
    return [...keys].sort().map((key) => this.#grant(this.#bindings.get(key) as Binding, user));
  }

  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    this.load();
    const key = ref.kind === 'Role' ? `/registry/roles/${namespace}/${ref.name}` : `/registry/clusterroles/${ref.name}`;
    const role = this.#roles.get(key);
    return role === undefined ? undefined : (role.rules ?? []);
  }

  #grant(binding: Binding, user: UserInfo): Grant {
    const { name = '', namespace = '' } = binding.metadata;
    const { roleRef, subjects } = binding;
    const subject = (subjects ?? []).find((one) => applies(one, user, namespace)) as Subject;
    const what = namespace === '' ? `ClusterRoleBinding ${JSON.stringify(name)}` : `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}`;
    const source = `${what} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${describe(subject, namespace)}`;
    const rules = this.rulesOf(roleRef, namespace);
    if (rules !== undefined) return { source, rules };
    const error = `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(roleRef.name)} not found`;
    return { source, rules: [], error };
  }

  #put(key: string, object: ApiObject | undefined): void {
    const family = key.split('/')[2] ?? '';
    if (!FAMILIES.has(family)) return;
    this.revision++;
    if (family === 'roles' || family === 'clusterroles') {
      if (object === undefined) this.#roles.delete(key);
      else this.#roles.set(key, object as Role);
      return;
    }
    const before = this.#bindings.get(key);
    if (before !== undefined) for (const subject of subjectKeys(before)) this.#bySubject.get(subject)?.delete(key);
    if (object === undefined) {
      this.#bindings.delete(key);
      return;
    }
    const binding = object as Binding;
    this.#bindings.set(key, binding);
    for (const subject of subjectKeys(binding)) {
      const keys = this.#bySubject.get(subject);
      if (keys === undefined) this.#bySubject.set(subject, new Set([key]));
      else keys.add(key);
    }
  }
}

const end = (prefix: string): string => `${prefix}\uffff`;

function subjectKeys({ metadata, subjects }: Binding): string[] {
  const { namespace = '' } = metadata;
  return (subjects ?? []).map((subject) => {
    if (subject.kind === 'Group') return `${namespace}/g:${subject.name}`;
    return `${namespace}/u:${subject.kind === 'User' ? subject.name : accountOf(subject, namespace)}`;
  });
}

/** A service account named without its namespace is one of the binding's. */
const accountOf = ({ name, namespace }: Subject, own: string): string =>
  serviceAccountName(namespace === undefined || namespace === '' ? own : namespace, name);

function applies(subject: Subject, user: UserInfo, namespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    default:
      return accountOf(subject, namespace) === user.name;
  }
}

function describe({ kind, name, namespace }: Subject, own: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${JSON.stringify(name)}`;
  return `${kind} ${JSON.stringify(`${name}/${namespace === undefined || namespace === '' ? own : namespace}`)}`;
}
