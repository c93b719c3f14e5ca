import { decodeBytes, encodeBytes } from '../base64.ts';

/** The bytes of the first block of a type in a PEM text. */
export function pemBlock(text: string, type: string): Uint8Array | undefined {
  const begin = `-----BEGIN ${type}-----`;
  const from = text.indexOf(begin);
  const to = text.indexOf(`-----END ${type}-----`, from);
  return from < 0 || to < 0 ? undefined : decodeBytes(text.slice(from + begin.length, to));
}

/** The bytes of all blocks of a type, in order. */
export function pemBlocks(text: string, type: string): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const end = `-----END ${type}-----`;
  for (let rest = text; ;) {
    const bytes = pemBlock(rest, type);
    if (bytes === undefined) return blocks;
    blocks.push(bytes);
    rest = rest.slice(rest.indexOf(end, rest.indexOf(`-----BEGIN ${type}-----`)) + end.length);
  }
}

export function pem(bytes: Uint8Array, type: string): string {
  const lines = encodeBytes(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
