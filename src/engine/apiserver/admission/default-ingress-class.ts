import type { Ingress, IngressClass } from '../../api/generated/types.ts';
import type { AdmissionPlugin, Operation } from './admission.ts';

const DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const OLD_WAY = 'kubernetes.io/ingress.class';

/** An Ingress that names no class, in neither way, gets the default one: of several, the newest. */
export function defaultIngressClass(classes: () => readonly IngressClass[]): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    admit(operation: Operation): void {
      const { verb, kind, subresource, object } = operation;
      if (verb !== 'create' || kind.group !== 'networking.k8s.io' || kind.resource !== 'ingresses' || subresource !== '') return;
      const ingress = object as Ingress;
      if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[OLD_WAY] !== undefined) return;
      const found = classes()
        .filter(({ metadata }) => metadata.annotations?.[DEFAULT] === 'true')
        .sort(
          (a, b) => compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp) || compare(a.metadata.name, b.metadata.name),
        )[0];
      if (found?.metadata.name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name };
    },
  };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
