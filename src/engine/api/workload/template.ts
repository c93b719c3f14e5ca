import { asGiven } from '../emptied.ts';
import type { LabelSelector, PodTemplateSpec } from '../generated/types.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import { labelSelectorRequirements, matchesLabels } from '../selector.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';

/** The selector of a workload: present, not empty, well-formed. `what` names the kind in the refusal of an empty one. */
export function validateWorkloadSelector(selector: LabelSelector | undefined, what: string, findings: Findings): void {
  if (selector === undefined) return findings.required('spec.selector');
  validateLabelSelector(selector, 'spec.selector', findings);
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
    findings.invalid('spec.selector', {}, `empty selector is invalid for ${what}`);
  }
}

/** The template of a workload, whose labels its selector must match. Only pods that restart for ever are kept by it. */
export function validateWorkloadTemplate(
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | undefined,
  findings: Findings,
): void {
  if (template === undefined) return findings.required('spec.template');
  const requirements = selector === undefined ? [] : requirementsOf(selector);
  if (requirements === undefined) return findings.invalid('spec.selector', inOrder(selector), 'invalid label selector');
  // No selector selects nothing.
  if (selector === undefined || (requirements.length > 0 && !matchesLabels(requirements, template.metadata?.labels))) {
    findings.invalid(
      'spec.template.metadata.labels',
      sortedLabels(template.metadata && asGiven(template.metadata, 'labels')),
      '`selector` does not match template `labels`',
    );
  }
  validatePodTemplate(template, 'spec.template', findings);
  const policy = template.spec?.restartPolicy;
  if (policy !== 'Always') findings.notSupported('spec.template.spec.restartPolicy', policy ?? '', ['Always']);
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    findings.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported');
  }
}

function requirementsOf(selector: LabelSelector): ReturnType<typeof labelSelectorRequirements> | undefined {
  try {
    return labelSelectorRequirements(selector);
  } catch {
    return undefined;
  }
}

/** Labels as findings print them: Go prints maps in the order of keys, structs in the order of their fields. */
export function sortedLabels(labels: Readonly<Record<string, string>> | undefined): Record<string, string> | null {
  return labels === undefined ? null : Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A selector as findings print it. */
export function inOrder(selector: LabelSelector | undefined): object | null {
  if (selector === undefined) return null;
  const { matchLabels, matchExpressions } = selector;
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: sortedLabels(matchLabels) }),
    ...(matchExpressions === undefined
      ? {}
      : {
          matchExpressions: matchExpressions.map(({ key = '', operator = '', values }) => ({
            key,
            operator,
            ...(values === undefined ? {} : { values }),
          })),
        }),
  };
}
