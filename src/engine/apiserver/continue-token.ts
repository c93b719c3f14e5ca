import { badRequest } from '../api/errors.ts';
import { parseJson, SyntaxFault } from '../api/json.ts';

// `base64.RawURLEncoding` of {"v":"meta.k8s.io/v1","rv":…,"start":…}: apiserver's storage/continue.go.
const VERSION = 'meta.k8s.io/v1';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function encodeContinue(start: string, revision: number): string {
  return toBase64(new TextEncoder().encode(JSON.stringify({ v: VERSION, rv: revision, start })));
}

/** Where the next piece begins, relative to the collection, and at which revision. */
export function decodeContinue(token: string): { start: string; revision: number } {
  const bytes = fromBase64(token);
  if (typeof bytes === 'number') throw invalidToken(`illegal base64 data at input byte ${bytes}`);
  let content: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    content = (parseJson(new TextDecoder().decode(bytes)).value ?? {}) as typeof content;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    throw invalidToken(error.message);
  }
  if (content.v !== VERSION) throw invalidToken(`server does not recognize this encoded version ${String(content.v ?? '')}`);
  if (typeof content.rv !== 'number' || content.rv === 0)
    throw invalidToken('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof content.start !== 'string' || content.start === '') throw invalidToken('encoded start key empty (version meta.k8s.io/v1)');
  const { start } = content;
  const parts = start.split('/');
  if (start.startsWith('/') || parts.includes('..') || parts.includes('.')) throw invalidToken(`${start}`);
  return { start, revision: content.rv };
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    text += ALPHABET[a >> 2] as string;
    text += ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)] as string;
    if (b !== undefined) text += ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)] as string;
    if (c !== undefined) text += ALPHABET[c & 63] as string;
  }
  return text;
}

/** The bytes, or the place of the first character that is none of base64. */
function fromBase64(text: string): Uint8Array | number {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const value = ALPHABET.indexOf(text[i] as string);
    if (value < 0) return i;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 255);
    }
  }
  return text.length % 4 === 1 ? text.length - 1 : Uint8Array.from(bytes);
}

const invalidToken = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`);
