import type { MetricIdentifier, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../generated/types.ts';

type Fields = Record<string, unknown>;

const defined = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** A metric of v2 as the annotation of v1 writes it: targets lie flat beside the names. */
export function metricToV1({ type, resource, containerResource, pods, object, external }: MetricSpec): Fields {
  const average = ({ averageUtilization, averageValue }: MetricTarget): Fields => ({
    targetAverageUtilization: averageUtilization,
    targetAverageValue: averageValue,
  });
  return defined({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      ...defined({ targetValue: object.target.value, selector: object.metric.selector, averageValue: object.target.averageValue }),
    },
    pods: pods && defined({ metricName: pods.metric.name, targetAverageValue: pods.target.averageValue, selector: pods.metric.selector }),
    resource: resource && defined({ name: resource.name, ...average(resource.target) }),
    containerResource:
      containerResource &&
      defined({ name: containerResource.name, ...average(containerResource.target), container: containerResource.container }),
    external:
      external &&
      defined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

export function metricFromV1(metric: Fields): MetricSpec {
  const [object, pods, resource, container, external] = ['object', 'pods', 'resource', 'containerResource', 'external'].map((name) =>
    metric[name] === undefined ? undefined : fieldsOf(metric[name]),
  );
  return defined({
    type: metric['type'],
    object: object && {
      describedObject: object['target'],
      target: target(object['targetValue'], object['averageValue'], undefined),
      metric: named(object['metricName'], object['selector']),
    },
    pods: pods && { metric: named(pods['metricName'], pods['selector']), target: target(undefined, pods['targetAverageValue'], undefined) },
    resource: resource && { name: resource['name'], target: averages(resource) },
    containerResource: container && { name: container['name'], container: container['container'], target: averages(container) },
    external: external && {
      metric: named(external['metricName'], external['metricSelector']),
      target: target(external['targetValue'], external['targetAverageValue'], undefined),
    },
  }) as unknown as MetricSpec;
}

export function metricStatusToV1({ type, resource, containerResource, pods, object, external }: MetricStatus): Fields {
  const average = ({ averageUtilization, averageValue }: MetricValueStatus): Fields => ({
    currentAverageUtilization: averageUtilization,
    currentAverageValue: averageValue ?? '0',
  });
  return defined({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      ...defined({
        currentValue: object.current.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    },
    pods:
      pods &&
      defined({ metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? '0', selector: pods.metric.selector }),
    resource: resource && defined({ name: resource.name, ...average(resource.current) }),
    containerResource:
      containerResource &&
      defined({ name: containerResource.name, ...average(containerResource.current), container: containerResource.container }),
    external:
      external &&
      defined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? '0',
        currentAverageValue: external.current.averageValue,
      }),
  });
}

export function metricStatusFromV1(metric: Fields): MetricStatus {
  const [object, pods, resource, container, external] = ['object', 'pods', 'resource', 'containerResource', 'external'].map((name) =>
    metric[name] === undefined ? undefined : fieldsOf(metric[name]),
  );
  const average = (of: Fields): Fields =>
    defined({ averageValue: of['currentAverageValue'], averageUtilization: of['currentAverageUtilization'] });
  return defined({
    type: metric['type'],
    object: object && {
      metric: named(object['metricName'], object['selector']),
      current: defined({ value: object['currentValue'], averageValue: object['averageValue'] }),
      describedObject: object['target'],
    },
    pods: pods && { metric: named(pods['metricName'], pods['selector']), current: average(pods) },
    resource: resource && { name: resource['name'], current: average(resource) },
    containerResource: container && { name: container['name'], container: container['container'], current: average(container) },
    external: external && {
      metric: named(external['metricName'], external['metricSelector']),
      current: defined({ value: external['currentValue'], averageValue: external['currentAverageValue'] }),
    },
  }) as unknown as MetricStatus;
}

const named = (name: unknown, selector: unknown): MetricIdentifier => defined({ name, selector }) as unknown as MetricIdentifier;
const averages = (of: Fields): Fields => target(undefined, of['targetAverageValue'], of['targetAverageUtilization']);

function target(value: unknown, averageValue: unknown, averageUtilization: unknown): Fields {
  const type = averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value';
  return defined({ type, value, averageValue, averageUtilization });
}
