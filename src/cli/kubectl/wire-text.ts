import { isObject } from './values.ts';
import type { Json } from './values.ts';

/** As the server writes it: kind first, one line. */
export function wireText(value: Json): string {
  const escape = (text: string): string => text.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  if (!isObject(value)) return escape(JSON.stringify(value));
  const { kind, apiVersion, ...rest } = value;
  return `${escape(JSON.stringify({ ...(kind === undefined ? {} : { kind }), ...(apiVersion === undefined ? {} : { apiVersion }), ...rest }))}\n`;
}
