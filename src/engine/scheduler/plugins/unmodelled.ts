import {
  skip,
  unresolvable,
  type CycleState,
  type PostFilterPlugin,
  type PostFilterResult,
  type PreFilterPlugin,
  type StateKey,
  type Status,
} from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';

// Rules that are not modelled must not be passed over in silence: a pod that needs one stays Pending and says why. The
// plugins bear the names of those that have the rule in the real scheduler.

const SKIP_CLAIMS = skip('DynamicResources');
const CLAIMS: StateKey<true> = { name: 'PreFilterDynamicResources' };

/** Devices (dynamic resource allocation). For all other pods it has only its word in the message. */
export const dynamicResources: PreFilterPlugin & PostFilterPlugin = {
  name: 'DynamicResources',
  preFilter(state: CycleState, { pod }: PodInfo): Status | undefined {
    if ((pod.spec?.resourceClaims ?? []).length > 0)
      return unresolvable('DynamicResources', 'the pod has resourceClaims: dynamic resource allocation is not modelled');
    state.write(CLAIMS, true);
    return SKIP_CLAIMS;
  },
  postFilter(state: CycleState): PostFilterResult {
    // Refused before this plugin's PreFilter, v1.36 stumbles over its missing state, and the message ends so.
    if (state.read(CLAIMS) === undefined) return { status: { code: 'Error', plugin: 'DynamicResources', reasons: ['not found'] } };
    return { status: { code: 'Unschedulable', plugin: 'DynamicResources', reasons: ['no new claims to deallocate'] } };
  },
};
