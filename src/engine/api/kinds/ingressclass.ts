import { checkName } from '../checks.ts';
import type { IngressClass } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName, byteLength } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { specOnlyStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const ingressClass = v1Kind<IngressClass>({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  resource: 'ingressclasses',
  namespaced: false,
  defaults({ spec }) {
    if (spec?.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
  },
  strategy: specOnlyStrategy<IngressClass>({
    create: validateIngressClass,
    update(draft, old, findings) {
      if ((draft.spec?.controller ?? '') !== (old.spec?.controller ?? ''))
        findings.invalid('spec.controller', draft.spec?.controller ?? '', 'field is immutable');
      validateIngressClass(draft, findings);
    },
  }),
  columns: [
    nameColumn(),
    column('Controller', 'Controller that is responsible for handling this class', ({ spec }) => spec?.controller ?? ''),
    column('Parameters', 'A reference to a resource with additional parameters', ({ spec }) => {
      if (spec?.parameters === undefined) return '<none>';
      const { kind, apiGroup, name } = spec.parameters;
      return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
    }),
    ageColumn(),
  ],
  fidelity: storedOnly('there is no ingress controller'),
});

function validateIngressClass({ spec = {} }: IngressClass, findings: Findings): void {
  const { controller = '', parameters } = spec;
  if (byteLength(controller) > 250) findings.tooLong('spec.controller', 250);
  validatePrefixedPath(controller, 'spec.controller', findings);
  if (parameters === undefined) return;
  const at = 'spec.parameters';
  if (parameters.apiGroup !== undefined) checkName(parameters.apiGroup, `${at}.apiGroup`, isDNS1123Subdomain, findings);
  for (const field of ['kind', 'name'] as const) {
    const value = parameters[field];
    if (!value) findings.required(`${at}.${field}`);
    else checkName(value, `${at}.${field}`, isPathSegmentName, findings);
  }
  const { scope, namespace } = parameters;
  if (scope === undefined) return findings.required(`${at}.scope`);
  if (scope !== 'Cluster' && scope !== 'Namespace') findings.notSupported(`${at}.scope`, scope, ['Cluster', 'Namespace']);
  if (scope === 'Namespace') {
    if (namespace === undefined || namespace === '') findings.required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else checkName(namespace, `${at}.namespace`, isDNS1123Label, findings);
  }
  if (scope === 'Cluster' && namespace !== undefined) findings.forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'");
}

function validatePrefixedPath(value: string, path: string, findings: Findings): void {
  if (value === '') return findings.required(path);
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1)
    return findings.invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  checkName(value.slice(0, slash), path, isDNS1123Subdomain, findings);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(value.slice(slash + 1))) {
    const fmt = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
    findings.invalid(path, value.slice(slash + 1), `Invalid path (e.g. '${value}', regex used for validation is '${fmt}')`);
  }
}
