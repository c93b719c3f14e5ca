import type { Kind } from '../api/kind.ts';
import type { Tokens } from './authn/tokens.ts';
import type { Authorizer } from './authz/authorizer.ts';
import type { ServedKinds } from './extensions/served-kinds.ts';
import type { Outbound } from './outbound.ts';
import type { Registry } from './registry.ts';
import type { KubeletDialer } from './types.ts';
import type { Watches } from './watch.ts';

/** What the verbs, subresources and questions work with. One set a server. */
export interface ServerParts {
  readonly kinds: readonly Kind[];
  /** With those that definitions have made. */
  readonly served: ServedKinds;
  readonly registry: Registry;
  readonly watches: Watches;
  readonly kubelets: KubeletDialer;
  readonly outbound: Outbound;
  readonly tokens: Tokens;
  readonly authorizer: Authorizer;
}
