import { checkName } from '../checks.ts';
import { isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';

const C_IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const MAX_ID = 32;

/** The name of an attribute or a capacity: a C identifier, a domain in front of it or none. */
export function validateQualified(name: string, path: string, findings: Findings): void {
  const [first = '', second, ...more] = name.split('/');
  if (more.length > 0) return findings.invalid(path, name, 'must not contain more than one slash');
  if (second === undefined) return identifier(first, path, findings);
  if (first === '') findings.invalid(path, '', 'the domain must not be empty');
  else validateDriverName(first, path, findings);
  if (second === '') findings.invalid(path, '', 'the name must not be empty');
  else identifier(second, path, findings);
}

export function validateFullName(name: string, path: string, findings: Findings): void {
  validateQualified(name, path, findings);
  if (!name.includes('/')) findings.invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash');
}

function identifier(id: string, path: string, findings: Findings): void {
  if (id.length > MAX_ID) findings.tooLong(path, MAX_ID);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) findings.invalid(path, id, C_IDENTIFIER);
}

export function validatePoolName(name: string, path: string, findings: Findings): void {
  if (name === '') return findings.required(path);
  if (name.length > 253) findings.tooLong(path, 253);
  for (const part of name.split('/')) checkName(part, path, isDNS1123Subdomain, findings);
}

const MAX_CONDITIONS = 4;

/** Conditions for which binding waits, and those that end the wait: there are none of the one without the other. */
export function validateBinding(
  { bindingConditions = [], bindingFailureConditions = [] }: { bindingConditions?: string[]; bindingFailureConditions?: string[] },
  path: string,
  findings: Findings,
): void {
  const lists = { bindingConditions, bindingFailureConditions };
  for (const [field, list] of Object.entries(lists)) {
    if (list.length > MAX_CONDITIONS) findings.tooMany(`${path}.${field}`, list.length, MAX_CONDITIONS);
    else for (const [index, one] of list.entries()) checkName(one, `${path}.${field}[${index}]`, isQualifiedName, findings);
  }
  for (const [field, list] of Object.entries(lists))
    for (const [index, one] of list.entries()) {
      if (list.indexOf(one) < index) findings.duplicate(`${path}.${field}[${index}]`, one);
      if (field === 'bindingFailureConditions' && bindingConditions.includes(one))
        findings.invalid(`${path}.${field}[${index}]`, one, 'bindingFailureConditions must not overlap with bindingConditions');
    }
  if (bindingConditions.length === 0 && bindingFailureConditions.length > 0)
    findings.invalid(`${path}.bindingConditions`, null, 'bindingConditions are required to use bindingFailureConditions');
  if (bindingFailureConditions.length === 0 && bindingConditions.length > 0)
    findings.invalid(`${path}.bindingFailureConditions`, null, 'bindingFailureConditions are required to use bindingConditions');
}
