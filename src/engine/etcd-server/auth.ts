import { EtcdError } from '../etcd/etcd-error.ts';

export type Access = 'READ' | 'WRITE' | 'READWRITE';

/** What a role may do with a key, or with those up to an end (`'\0'`: all that follow). */
export interface Permission {
  readonly access: Access;
  readonly key: string;
  readonly end: string;
}

interface User {
  /** Unset: known by a certificate alone. */
  password: string | undefined;
  readonly roles: Set<string>;
}

const ROOT = 'root';
const invalid = (message: string): EtcdError => new EtcdError('invalid', `etcdserver: ${message}`);
const precondition = (message: string): EtcdError => new EtcdError('precondition', `etcdserver: ${message}`);

/** etcd's users and roles (server/auth/store.go), which mean something once they are enabled. */
export class Auth {
  enabled = false;
  /** Of every change of users and roles. */
  revision = 1;
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, Permission[]>();
  readonly #tokens = new Map<string, string>();

  constructor(
    /** Called when somebody may something that he might not before, or the other way round. */
    readonly changed: () => void,
    /** An unguessable text. */
    readonly secret: () => string,
  ) {}

  get users(): string[] {
    return [...this.#users.keys()].sort();
  }

  get roles(): string[] {
    return [...this.#roles.keys()].sort();
  }

  enable(): void {
    if (this.enabled) return;
    const root = this.#users.get(ROOT);
    if (root === undefined) throw precondition('root user does not exist');
    if (!root.roles.has(ROOT)) throw precondition('root user does not have root role');
    this.enabled = true;
    this.#change();
  }

  disable(): void {
    if (!this.enabled) return;
    this.enabled = false;
    this.#tokens.clear();
    this.#change();
  }

  /** A token for who knows a password. */
  authenticate(name: string, password: string): string {
    if (!this.enabled) throw precondition('authentication is not enabled');
    const user = this.#users.get(name);
    if (user?.password === undefined || user.password !== password) throw invalid('authentication failed, invalid user ID or password');
    const token = `${this.secret()}.${this.revision}`;
    this.#tokens.set(token, name);
    return token;
  }

  userOf(token: string): string {
    const name = this.#tokens.get(token);
    if (name === undefined || !this.#users.has(name)) throw new EtcdError('unauthenticated', 'etcdserver: invalid auth token');
    return name;
  }

  addUser(name: string, password: string | undefined): void {
    if (name === '') throw invalid('user name is empty');
    if (this.#users.has(name)) throw precondition('user name already exists');
    this.#users.set(name, { password, roles: new Set() });
    this.#change();
  }

  deleteUser(name: string): void {
    if (this.enabled && name === ROOT) throw invalid('invalid auth management');
    this.#user(name);
    this.#users.delete(name);
    this.#change();
  }

  changePassword(name: string, password: string): void {
    this.#user(name).password = password;
    this.#change();
  }

  rolesOf(name: string): string[] {
    return [...this.#user(name).roles].sort();
  }

  grantRole(name: string, role: string): void {
    const user = this.#user(name);
    if (!this.#roles.has(role)) throw precondition('role name not found');
    user.roles.add(role);
    this.#change();
  }

  revokeRole(name: string, role: string): void {
    if (this.enabled && name === ROOT && role === ROOT) throw invalid('invalid auth management');
    if (!this.#user(name).roles.delete(role)) throw precondition('role is not granted to the user');
    this.#change();
  }

  addRole(role: string): void {
    if (role === '') throw invalid('role name is empty');
    if (this.#roles.has(role)) throw precondition('role name already exists');
    this.#roles.set(role, []);
    this.#change();
  }

  deleteRole(role: string): void {
    if (this.enabled && role === ROOT) throw invalid('invalid auth management');
    this.permissionsOf(role);
    this.#roles.delete(role);
    for (const { roles } of this.#users.values()) roles.delete(role);
    this.#change();
  }

  permissionsOf(role: string): readonly Permission[] {
    const permissions = this.#roles.get(role);
    if (permissions === undefined) throw precondition('role name not found');
    return permissions;
  }

  grant(role: string, permission: Permission): void {
    const others = this.permissionsOf(role).filter(({ key, end }) => key !== permission.key || end !== permission.end);
    this.#roles.set(
      role,
      [...others, permission].sort((a, b) => (a.key < b.key ? -1 : 1)),
    );
    this.#change();
  }

  revoke(role: string, key: string, end: string): void {
    const before = this.permissionsOf(role);
    const after = before.filter((permission) => permission.key !== key || permission.end !== end);
    if (after.length === before.length) throw precondition('permission is not granted to the role');
    this.#roles.set(role, after);
    this.#change();
  }

  /** Whether a user may read or write a key, or all keys of a range. */
  may(name: string, access: 'READ' | 'WRITE', key: string, end: string): boolean {
    const roles = this.#users.get(name)?.roles;
    if (roles === undefined) return false;
    if (roles.has(ROOT)) return true;
    // Ranges that lie side by side are one.
    let covered = key;
    const granted = [...roles]
      .flatMap((role) => this.#roles.get(role) ?? [])
      .filter((permission) => permission.access === 'READWRITE' || permission.access === access)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const permission of granted) {
      if (permission.key > covered) continue;
      if (permission.end === '') {
        if (end === '' && permission.key === key) return true;
        if (permission.key === covered) covered = `${covered}\0`;
      } else if (permission.end === '\0') return true;
      else if (permission.end > covered) covered = permission.end;
      if (end === '' ? covered > key : end !== '\0' && covered >= end) return true;
    }
    return false;
  }

  isAdmin(name: string): boolean {
    return this.#users.get(name)?.roles.has(ROOT) === true;
  }

  #user(name: string): User {
    const user = this.#users.get(name);
    if (user === undefined) throw precondition('user name not found');
    return user;
  }

  #change(): void {
    this.revision++;
    this.changed();
  }
}
