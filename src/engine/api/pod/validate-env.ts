import type { EnvFromSource, EnvVar } from '../generated/types.ts';
import { isConfigMapKey, isDNS1123Subdomain, isRelaxedEnvVarName } from '../names.ts';
import type { Findings } from '../validation.ts';
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from './validate-downward.ts';
import { noBacksteps } from './validate-paths.ts';

/** `env` and `envFrom` of a container. `volumes` are the names of the pod's volumes. */
export function validateEnv(env: readonly EnvVar[], volumes: ReadonlySet<string>, path: string, findings: Findings): void {
  for (const [index, variable] of env.entries()) {
    const at = `${path}[${index}]`;
    if (!variable.name) findings.required(`${at}.name`);
    else for (const problem of isRelaxedEnvVarName(variable.name)) findings.invalid(`${at}.name`, variable.name, problem);
    validateValueFrom(variable, `${at}.valueFrom`, findings);
  }
  for (const [index, { valueFrom }] of env.entries()) {
    const { volumeName } = valueFrom?.fileKeyRef ?? {};
    if (volumeName && !volumes.has(volumeName)) findings.notFound(`${path}[${index}].valueFrom.fileKeyRef.volumeName`, volumeName);
  }
}

export function validateEnvFrom(sources: readonly EnvFromSource[], path: string, findings: Findings): void {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix) for (const problem of isRelaxedEnvVarName(prefix)) findings.invalid(`${at}.prefix`, prefix, problem);
    if (configMapRef !== undefined) validateName(configMapRef.name, `${at}.configMapRef.name`, findings);
    if (secretRef !== undefined) validateName(secretRef.name, `${at}.secretRef.name`, findings);
    const count = [configMapRef, secretRef].filter((source) => source !== undefined).length;
    if (count === 0) findings.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) findings.invalid(path, '', 'may not have more than one field specified at a time');
  }
}

function validateValueFrom({ value, valueFrom }: EnvVar, path: string, findings: Findings): void {
  if (valueFrom === undefined) return;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined) validateFieldRef(fieldRef, ENV_FIELDS, `${path}.fieldRef`, findings);
  if (resourceFieldRef !== undefined) validateResourceFieldRef(resourceFieldRef, false, `${path}.resourceFieldRef`, findings);
  if (configMapKeyRef !== undefined) validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`, findings);
  if (secretKeyRef !== undefined) validateKeyRef(secretKeyRef, `${path}.secretKeyRef`, findings);
  if (fileKeyRef !== undefined) {
    const { volumeName, path: file, key } = fileKeyRef;
    if (!volumeName) findings.required(`${path}.fileKeyRef.volumeName`);
    if (!key) findings.required(`${path}.fileKeyRef.key`);
    else for (const problem of isRelaxedEnvVarName(key)) findings.invalid(`${path}.fileKeyRef.key`, key, problem);
    if (!file) findings.required(`${path}.fileKeyRef.path`);
    else noBacksteps(file, `${path}.fileKeyRef.path`, findings);
  }
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter((source) => source !== undefined).length;
  if (value) {
    if (count > 0) findings.invalid(path, '', 'may not be specified when `value` is not empty');
  } else if (count === 0) {
    findings.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  } else if (count > 1) findings.invalid(path, '', 'may not have more than one field specified at a time');
}

function validateKeyRef({ name = '', key }: { name?: string; key: string }, path: string, findings: Findings): void {
  for (const problem of isDNS1123Subdomain(name)) findings.invalid(`${path}.name`, name, problem);
  if (!key) findings.required(`${path}.key`);
  else for (const problem of isConfigMapKey(key)) findings.invalid(`${path}.key`, key, problem);
}

function validateName(name: string | undefined, path: string, findings: Findings): void {
  if (!name) findings.required(path);
  else for (const problem of isDNS1123Subdomain(name)) findings.invalid(path, name, problem);
}
