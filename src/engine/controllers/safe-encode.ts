// apimachinery's rand.SafeEncodeString: no vowels, so that no words come of it.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A hash as it stands in names and labels. */
export function safeEncode(text: string): string {
  return Array.from(text, (char) => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');
}
