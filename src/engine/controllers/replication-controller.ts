import type { ReplicaSet, ReplicationController } from '../api/generated/types.ts';
import { REPLICATION_CONTROLLERS } from '../client/resources.ts';
import type { ControllerContext } from './controller.ts';
import type { ReplicaKind } from './replicaset/replica-kind.ts';
import { ReplicaController } from './replicaset/replicaset.ts';

const views = new WeakMap<ReplicationController, ReplicaSet>();

const REPLICATION_CONTROLLER: ReplicaKind<ReplicationController> = {
  actor: 'controller/replicationcontroller',
  component: 'replication-controller',
  resource: REPLICATION_CONTROLLERS,
  informer: ({ replicationControllers }) => replicationControllers,
  view(rc) {
    let view = views.get(rc);
    if (view === undefined) views.set(rc, (view = viewOf(rc)));
    return view;
  },
  written({ spec, status, ...rest }) {
    const { terminatingReplicas: _unknownHere, ...counts } = status ?? { replicas: 0 };
    const { selector, ...others } = spec ?? {};
    return {
      ...rest,
      ...(spec === undefined
        ? {}
        : { spec: { ...others, ...(selector?.matchLabels === undefined ? {} : { selector: selector.matchLabels }) } }),
      status: counts,
    };
  },
};

/** The elder of ReplicaSets: the same logic over a selector that knows equality alone, as upstream by an adapter. */
export class ReplicationManager extends ReplicaController<ReplicationController> {
  constructor(context: ControllerContext) {
    super(context, REPLICATION_CONTROLLER);
  }
}

function viewOf({ spec, status, ...rest }: ReplicationController): ReplicaSet {
  const { selector, ...others } = spec ?? {};
  return {
    ...rest,
    ...(spec === undefined ? {} : { spec: { ...others, selector: { matchLabels: selector ?? {} } } }),
    ...(status === undefined ? {} : { status }),
  };
}
