import { MILLISECOND_BUCKETS } from '../../metrics/buckets.ts';
import type { Counter } from '../../metrics/instruments.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Decision } from '../authz/authorizer.ts';
import { MASTERS, type UserInfo } from '../authn/user.ts';

/** Who came in, and who was let do what: `authentication_…`, `authorization_…`. Both take no time here. */
export class AccessMetrics {
  readonly #attempts;
  readonly #users;
  readonly #authentication;
  readonly #authorizations;
  readonly #authorization;
  readonly #decisions;
  readonly #byName = new Map<string, Counter>();
  readonly #hot;

  constructor(registry: Registry) {
    this.#attempts = registry.counters({ name: 'authentication_attempts', help: 'Attempts to prove who one is.', labels: ['result'] });
    this.#users = registry.counters({
      name: 'authenticated_user_requests',
      help: 'Requests by a shortened user name.',
      labels: ['username'],
    });
    this.#authentication = registry.histograms({
      name: 'authentication_duration_seconds',
      help: 'Time that it took to learn who asks.',
      labels: ['result'],
      buckets: MILLISECOND_BUCKETS,
    });
    this.#authorizations = registry.counters({
      name: 'authorization_attempts_total',
      help: 'Decisions on what somebody may do.',
      labels: ['result'],
    });
    this.#authorization = registry.histograms({
      name: 'authorization_duration_seconds',
      help: 'Time that it took to decide.',
      labels: ['result'],
      buckets: MILLISECOND_BUCKETS,
    });
    this.#decisions = registry.counters({
      name: 'apiserver_authorization_decisions_total',
      help: 'Decisions by the authorizer that made them.',
      labels: ['type', 'name', 'decision'],
    });
    this.#hot = {
      attempts: this.#attempts.quiet('success'),
      authentication: this.#authentication.quiet('success'),
      authorizations: this.#authorizations.quiet('allowed'),
      authorization: this.#authorization.quiet('allowed'),
      rbac: this.#decisions.quiet('RBAC', 'rbac', 'allowed'),
      node: this.#decisions.quiet('Node', 'node', 'allowed'),
    };
  }

  authenticated(user: UserInfo): void {
    this.#hot.attempts.inc();
    this.#hot.authentication.observe(0);
    let counter = this.#byName.get(user.name);
    if (counter === undefined) this.#byName.set(user.name, (counter = this.#users.with(shortened(user.name))));
    counter.inc();
  }

  /** A credential that proves nothing. */
  rejected(): void {
    this.#attempts.with('error').inc();
    this.#authentication.with('error').observe(0);
  }

  decided(user: UserInfo, { allowed, reason }: Decision): void {
    if (!allowed) {
      // Nobody refuses: it is that none allows.
      this.#authorizations.with('no-opinion').inc();
      this.#authorization.with('no-opinion').observe(0);
      return;
    }
    this.#hot.authorizations.inc();
    this.#hot.authorization.observe(0);
    // system:masters passes before any authorizer is asked.
    if (user.groups.includes(MASTERS)) return;
    if (reason.startsWith('RBAC:')) this.#hot.rbac.inc();
    else this.#hot.node.inc();
  }
}

/** As kube-apiserver keeps the number of values small. */
function shortened(name: string): string {
  if (name.includes('@')) return 'email_id';
  if (name === 'admin' || name === 'client' || name === 'kube_proxy' || name === 'kubelet') return name;
  return name.startsWith('system:serviceaccount:kube-system:') ? name : name.startsWith('system:') ? name : 'other';
}
