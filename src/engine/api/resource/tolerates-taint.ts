import type { DeviceTaint, DeviceToleration } from '../generated/types.ts';

/** resourceclaim.ToleratesTaint: does a toleration of a device's taints bear this one? */
export function toleratesTaint({ key = '', effect = '', operator = 'Equal', value = '' }: DeviceToleration, taint: DeviceTaint): boolean {
  if ((key !== '' && key !== taint.key) || (effect !== '' && effect !== taint.effect)) return false;
  return operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''));
}
