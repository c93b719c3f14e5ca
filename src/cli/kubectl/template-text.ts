import { goValue } from './gotext.ts';
import type { Json } from './values.ts';

/** How `fmt.Print` shows a decoded object. */
export function goMap(value: Json): string {
  return goValue(value);
}
