import type { MutatingWebhook, ValidatingWebhook, WebhookClientConfig } from '../generated/types.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { setRuleDefaults, validateMatchConditions, validateRuleWithOperations } from './rules.ts';

type Webhook = ValidatingWebhook | MutatingWebhook;

export function setWebhookDefaults({ webhooks = [] }: { webhooks?: Webhook[] }): void {
  for (const webhook of webhooks) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    setRuleDefaults(webhook.rules);
    if (webhook.clientConfig?.service !== undefined) webhook.clientConfig.service.port ??= 443;
  }
}

export function validateWebhooks({ webhooks = [] }: { webhooks?: Webhook[] }, mutating: boolean, findings: Findings): void {
  const names = new Set<string>();
  for (const [index, webhook] of webhooks.entries()) {
    const at = `webhooks[${index}]`;
    validateWebhook(webhook, mutating, at, findings);
    validateVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`, findings);
    if (names.has(webhook.name)) findings.duplicate(`${at}.name`, webhook.name);
    names.add(webhook.name);
  }
}

function validateWebhook(webhook: Webhook, mutating: boolean, path: string, findings: Findings): void {
  validateName(webhook.name ?? '', `${path}.name`, findings);
  for (const [index, rule] of (webhook.rules ?? []).entries()) validateRuleWithOperations(rule, `${path}.rules[${index}]`, findings);
  const { failurePolicy, matchPolicy, sideEffects, timeoutSeconds } = webhook;
  if (failurePolicy !== undefined) supported(failurePolicy, ['Fail', 'Ignore'], `${path}.failurePolicy`, findings);
  if (matchPolicy !== undefined) supported(matchPolicy, ['Equivalent', 'Exact'], `${path}.matchPolicy`, findings);
  if (!sideEffects && sideEffects !== '') findings.required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun');
  else supported(sideEffects, ['None', 'NoneOnDryRun'], `${path}.sideEffects`, findings);
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1))
    findings.invalid(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds');
  if (mutating) {
    const policy = (webhook as MutatingWebhook).reinvocationPolicy;
    if (policy !== undefined) supported(policy, ['IfNeeded', 'Never'], `${path}.reinvocationPolicy`, findings);
  }
  validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`, findings);
  validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`, findings);
  validateClient(webhook.clientConfig ?? {}, `${path}.clientConfig`, findings);
  validateMatchConditions(webhook.matchConditions ?? [], `${path}.matchConditions`, findings);
}

function supported(value: string, values: readonly string[], path: string, findings: Findings): void {
  if (!values.includes(value)) findings.notSupported(path, value, values);
}

function validateName(name: string, path: string, findings: Findings): void {
  if (name === '') return findings.required(path);
  const problems = isDNS1123Subdomain(name);
  for (const problem of problems) findings.invalid(path, name, problem);
  if (problems.length === 0 && name.split('.').length < 3)
    findings.invalid(path, name, 'should be a domain with at least three segments separated by dots');
}

function validateVersions(versions: readonly string[], path: string, findings: Findings): void {
  if (versions.length === 0) return findings.required(path, 'must specify one of v1, v1beta1');
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    for (const problem of isDNS1035Label(version)) findings.invalid(`${path}[${index}]`, version, problem);
    if (seen.has(version)) findings.invalid(`${path}[${index}]`, version, 'duplicate version');
    seen.add(version);
  }
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    findings.invalid(path, versions, 'must include at least one of v1, v1beta1');
}

export function validateClient({ url, service }: Pick<WebhookClientConfig, 'url' | 'service'>, path: string, findings: Findings): void {
  if ((url === undefined) === (service === undefined)) findings.required(path, 'exactly one of url or service is required');
  if (url !== undefined) validateUrl(url, `${path}.url`, findings);
  if (service === undefined) return;
  const at = `${path}.service`;
  // v1.36 mixes the two up.
  if (!service.name) findings.required(`${at}.namespace`);
  if (!service.namespace) findings.required(`${at}.name`);
  const port = service.port ?? 0;
  if (port < 1 || port > 65535) findings.invalid(`${at}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive');
  if (service.path !== undefined) validatePath(service.path, `${at}.path`, findings);
}

function validateUrl(url: string, path: string, findings: Findings): void {
  const form = '; desired format: https://host[/path]';
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(url);
  if (parts === null || url.startsWith(':'))
    return findings.required(path, `url must be a valid URL: parse ${JSON.stringify(url)}: missing protocol scheme${form}`);
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = parts;
  if (scheme !== 'https') findings.invalid(path, scheme, `'https' is the only allowed URL scheme${form}`);
  if (host === '') findings.invalid(path, host, `host must be specified${form}`);
  if (user !== undefined) findings.invalid(path, user, 'user information is not permitted in the URL');
  if (fragment !== '') findings.invalid(path, fragment, 'fragments are not permitted in the URL');
  if (query !== '') findings.invalid(path, query, 'query parameters are not permitted in the URL');
}

function validatePath(value: string, path: string, findings: Findings): void {
  // A single slash is the root.
  if (value === '/' || value === '') {
    if (value === '') findings.invalid(path, value, "must start with a '/'");
    return;
  }
  if (!value.startsWith('/')) findings.invalid(path, value, "must start with a '/'");
  const steps = (value.startsWith('/') ? value.slice(1) : value).replace(/\/$/, '').split('/');
  const segments = value.startsWith('/') ? steps : value.slice(1).split('/');
  for (const [index, step] of segments.entries()) {
    if (step === '') {
      findings.invalid(path, value, `segment[${index}] may not be empty`);
      continue;
    }
    const problems = isDNS1123Subdomain(step);
    for (const problem of problems) findings.invalid(path, value, `segment[${index}]: ${problem}`);
  }
}
