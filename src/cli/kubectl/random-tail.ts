import type { Session } from './session.ts';

/** Five letters and digits at the end of a made-up name: `utilrand.String`. */
export function randomTail(session: Session): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from({ length: 5 }, () => letters[session.process.random(letters.length)] as string).join('');
}
