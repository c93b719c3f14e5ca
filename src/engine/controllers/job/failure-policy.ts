import type {
  ContainerStatus,
  Pod,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
} from '../../api/generated/types.ts';

/** What a job's podFailurePolicy says of a failed pod (KEP-3329). */
export interface Verdict {
  /** Unset where no rule matched: the failure counts. */
  readonly action?: 'Count' | 'FailIndex' | 'FailJob' | 'Ignore';
  /** Whether it counts towards `backoffLimit` and `backoffLimitPerIndex`. */
  readonly counted: boolean;
  /** Why the whole job fails, with `FailJob`. */
  readonly message?: string;
}

const UNJUDGED: Verdict = { counted: true };

/** The first rule that matches decides. */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): Verdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const found = matchRule(rule, pod);
    if (found === undefined) continue;
    switch (rule.action) {
      case 'Ignore':
        return { action: 'Ignore', counted: false };
      case 'FailIndex':
        return { action: 'FailIndex', counted: true };
      case 'Count':
        return { action: 'Count', counted: true };
      case 'FailJob':
        return { action: 'FailJob', counted: true, message: `${found} matching FailJob rule at index ${index}` };
      default:
    }
  }
  return UNJUDGED;
}

/** What a rule found in the pod, as the message of the job's condition begins. */
function matchRule({ onExitCodes, onPodConditions }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const pod = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  if (onExitCodes !== undefined) {
    const container =
      failedContainer(status?.containerStatuses, onExitCodes) ?? failedContainer(status?.initContainerStatuses, onExitCodes);
    if (container === undefined) return undefined;
    return `Container ${container.name} for pod ${pod} failed with exit code ${container.state?.terminated?.exitCode ?? 0}`;
  }
  const condition = status?.conditions?.find((there) =>
    onPodConditions?.some((pattern) => pattern.type === there.type && pattern.status === there.status),
  );
  return condition === undefined ? undefined : `Pod ${pod} has condition ${condition.type}`;
}

function failedContainer(
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  return statuses?.find(({ name, state }) => {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0 || (containerName !== undefined && containerName !== name)) return false;
    return values.includes(code) === (operator === 'In');
  });
}
