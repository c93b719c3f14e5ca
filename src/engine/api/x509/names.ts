import { elementsOf, isOid, type Element } from './der.ts';

export const COMMON_NAME = '2.5.4.3';
export const ORGANIZATION = '2.5.4.10';

const SHORT_NAMES: readonly (readonly [string, string])[] = [
  [COMMON_NAME, 'CN'],
  [ORGANIZATION, 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.6', 'C'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.7', 'L'],
];

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Values of an attribute of a name, which is a list of sets of type and value. */
export function attribute(name: Element, type: string): string[] {
  return attributes(name)
    .filter(([key]) => key !== undefined && isOid(key, type))
    .map(([, value]) => textOf(value?.content ?? new Uint8Array()));
}

/** `O=system:masters; CN=kubernetes-admin`: a name as OpenSSL's tools print it. */
export function nameText(name: Element): string {
  return attributes(name)
    .map(([key, value]) => {
      const known = SHORT_NAMES.find(([type]) => key !== undefined && isOid(key, type));
      return `${known?.[1] ?? 'UNDEF'}=${textOf(value?.content ?? new Uint8Array())}`;
    })
    .join('; ');
}

function attributes(name: Element): Element[][] {
  return elementsOf(name.content)
    .flatMap(({ content }) => elementsOf(content))
    .map(({ content }) => elementsOf(content));
}
