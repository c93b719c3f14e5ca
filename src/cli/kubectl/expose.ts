import type { Task } from '../../engine/os/task.ts';
import { submit } from './create.ts';
import { CommandError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS } from './printers.ts';
import { mergePatch } from './merge-patch.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Info } from './info.ts';
import { parseLabels } from './label-spec.ts';
import type { Session } from './session.ts';
import { list, number, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { parseDocument } from './yaml/parse.ts';

export const EXPOSE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} port:string target-port:string protocol:string name:string type:string l/labels:string selector:string
  external-ip:string load-balancer-ip:string session-affinity:string cluster-ip:string overrides:string override-type:string=merge save-config:bool field-manager:string=kubectl-expose`;

export function* expose(session: Session): Task<number> {
  yield* visitAll(session, session.flags.args, {}, function* (info) {
    const made = makeService(session, info);
    const { flags } = session;
    const whole =
      flags.string('overrides') === '' ? made : (mergePatch(made, parseDocument(flags.string('overrides'), '--overrides')) as JsonObject);
    yield* submit(session, whole, { dryRun: dryRunOf(session), operation: 'exposed', manager: flags.string('field-manager') });
  });
  return 0;
}

function makeService(session: Session, info: Info): JsonObject {
  const { flags } = session;
  const { kind } = info.mapping;
  if (!['Deployment', 'ReplicaSet', 'ReplicationController', 'Pod', 'Service'].includes(kind))
    throw new CommandError(`cannot expose a ${kind}`);
  const selector = selectorOf(session, info);
  const found = portsOf(info);
  const wanted = flags.string('port');
  if (wanted === '' && found.length === 0) throw new CommandError("couldn't find port via --port flag or introspection");
  const protocols = new Map(found.map((port) => [port.port, port.protocol]));
  const numbers = wanted === '' ? found.map((port) => port.port) : wanted.split(',').map(Number);
  const target = flags.string('target-port');
  const ports = numbers.map((port, i): JsonObject => {
    if (!Number.isInteger(port)) throw new CommandError(`strconv.Atoi: parsing "${wanted}": invalid syntax`);
    return {
      ...(numbers.length > 1 ? { name: `port-${i + 1}` } : {}),
      protocol: flags.string('protocol') || protocols.get(port) || 'TCP',
      port,
      targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
    };
  });
  const labels = flags.string('labels') === '' ? object(info.object, 'metadata', 'labels') : parseLabels(flags.string('labels'));
  const [type, affinity] = [flags.string('type'), flags.string('session-affinity')];
  if (!['', 'None', 'ClientIP'].includes(affinity)) throw new CommandError(`unknown session affinity: ${affinity}`);
  const given = (field: string, value: string): JsonObject => (value === '' ? {} : { [field]: value });
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: flags.string('name') || info.name.slice(0, 63), ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: {
      ports,
      selector,
      ...given('clusterIP', flags.string('cluster-ip')),
      ...given('type', type),
      ...(flags.string('external-ip') === '' ? {} : { externalIPs: [flags.string('external-ip')] }),
      ...given('sessionAffinity', affinity),
      ...given('loadBalancerIP', type === 'LoadBalancer' ? flags.string('load-balancer-ip') : ''),
    },
    status: { loadBalancer: {} },
  };
}

function selectorOf(session: Session, info: Info): JsonObject {
  const { kind } = info.mapping;
  const given = session.flags.string('selector');
  if (given !== '') return parseLabels(given);
  if (kind === 'Pod') {
    const labels = object(info.object, 'metadata', 'labels');
    if (Object.keys(labels).length === 0)
      throw new CommandError(
        "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
      );
    return labels;
  }
  if (kind === 'Service' || kind === 'ReplicationController') {
    const found = object(info.object, 'spec', 'selector');
    if (kind === 'Service' && Object.keys(found).length === 0)
      throw new CommandError("couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set");
    return found;
  }
  if (list(info.object, 'spec', 'selector', 'matchExpressions').length > 0)
    throw new CommandError(
      'couldn\'t retrieve selectors via --selector flag or introspection: couldn\'t convert expressions - "[]" to map-based selector format',
    );
  return object(info.object, 'spec', 'selector', 'matchLabels');
}

function portsOf(info: Info): { port: number; protocol: string }[] {
  if (info.mapping.kind === 'Service')
    return list(info.object, 'spec', 'ports').map((port) => ({ port: number(port, 'port'), protocol: text(port, 'protocol') }));
  const spec: Json = info.mapping.kind === 'Pod' ? object(info.object, 'spec') : object(info.object, 'spec', 'template', 'spec');
  return list(spec, 'containers').flatMap((container) =>
    list(container, 'ports').map((port) => ({ port: number(port, 'containerPort'), protocol: text(port, 'protocol') || 'TCP' })),
  );
}
