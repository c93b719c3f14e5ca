import type { HPAScalingRules, HorizontalPodAutoscalerBehavior } from '../generated/types.ts';

// The annotation holds the server's internal type, whose fields have no JSON names: they are written as in Go.
const RULES = ['StabilizationWindowSeconds', 'SelectPolicy', 'Policies', 'Tolerance'] as const;
const POLICY = ['Type', 'Value', 'PeriodSeconds'] as const;

type Fields = Record<string, unknown>;

export function behaviorToGo({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): Fields {
  const rules = (given: HPAScalingRules | undefined): Fields | null => {
    if (given === undefined) return null;
    const fields = upper(given as Fields, RULES);
    return { ...fields, Policies: given.policies?.map((policy) => upper(policy as unknown as Fields, POLICY)) ?? null };
  };
  return { ScaleUp: rules(scaleUp), ScaleDown: rules(scaleDown) };
}

export function goToBehavior(value: unknown): HorizontalPodAutoscalerBehavior {
  const { ScaleUp, ScaleDown } = (value ?? {}) as Fields;
  const rules = (given: unknown): Fields | undefined => {
    if (typeof given !== 'object' || given === null) return undefined;
    const fields = lower(given as Fields, RULES);
    const policies = fields['policies'];
    return Array.isArray(policies) ? { ...fields, policies: policies.map((policy) => lower(policy as Fields, POLICY)) } : fields;
  };
  const [scaleUp, scaleDown] = [rules(ScaleUp), rules(ScaleDown)];
  return {
    ...(scaleUp === undefined ? {} : { scaleUp }),
    ...(scaleDown === undefined ? {} : { scaleDown }),
  } as HorizontalPodAutoscalerBehavior;
}

const uncapital = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function upper(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, fields[uncapital(name)] ?? null]));
}

function lower(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined || fields[name] === null ? [] : [[uncapital(name), fields[name]]])),
  );
}
