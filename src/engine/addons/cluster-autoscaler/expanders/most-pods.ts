import type { Option } from './option.ts';

/** What helps the largest number of pods. */
export function mostPods(options: readonly Option[]): readonly Option[] {
  const most = Math.max(...options.map(({ pods }) => pods.length));
  return options.filter(({ pods }) => pods.length === most);
}
