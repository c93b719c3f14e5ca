import { load } from 'js-yaml';
import type { ConfigMap } from '../../../api/generated/types.ts';
import type { Recorder } from '../recorder.ts';
import type { Option } from './option.ts';

export const PRIORITY_CONFIG_MAP = 'cluster-autoscaler-priority-expander';
const INVALID = 'PriorityConfigMapInvalid';

/** The groups whose names match the expressions under the highest number of the ConfigMap's `priorities`. */
export function priority(options: readonly Option[], map: ConfigMap | undefined, recorder: Recorder): readonly Option[] {
  if (map === undefined) return options;
  const warn = (reason: string, message: string): void => recorder.event(map, 'Warning', reason, message);
  const text = map.data?.['priorities'];
  if (text === undefined) {
    warn(INVALID, "Wrong configmap for priority expander, doesn't contain priorities key. Ignoring update.");
    return options;
  }
  let rules: [number, RegExp[]][];
  try {
    rules = read(text);
  } catch (error) {
    warn(INVALID, `Wrong configuration for priority expander: ${(error as Error).message}. Ignoring update.`);
    return options;
  }
  let highest = -1;
  let best: Option[] = [];
  for (const option of options) {
    const { name } = option.group.spec;
    const found = rules.filter(([, expressions]) => expressions.some((expression) => expression.test(name))).map(([number]) => number);
    if (found.length === 0)
      warn(
        'PriorityConfigMapNotMatchedGroup',
        `Priority expander: node group ${name} not found in priority expander configuration. The group won't be used.`,
      );
    const own = Math.max(-1, ...found);
    if (own > highest) [highest, best] = [own, [option]];
    else if (own === highest && found.length > 0) best.push(option);
  }
  if (best.length > 0) return best;
  warn(
    'PriorityConfigMapNoGroupMatched',
    'Priority expander: no priorities info found for any of the expansion options. No options filtered.',
  );
  return options;
}

function read(text: string): [number, RegExp[]][] {
  if (text === '')
    throw new Error(`priority configuration in ${PRIORITY_CONFIG_MAP} configmap is empty; please provide valid configuration`);
  const value = load(text);
  const unreadable = (why: string): Error => new Error(`Can't parse YAML with priorities in the configmap: ${why}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('a mapping of numbers to lists was expected');
  return Object.entries(value).map(([number, list]) => {
    if (!/^-?\d+$/.test(number) || !Array.isArray(list)) throw unreadable('a mapping of numbers to lists was expected');
    return [Number(number), list.map((rule) => expression(number, String(rule)))];
  });
}

function expression(number: string, rule: string): RegExp {
  try {
    return new RegExp(rule);
  } catch (error) {
    throw new Error(`Can't compile regexp rule for priority ${number} and rule ${rule}: ${(error as Error).message}`, { cause: error });
  }
}
