import { SIGNAL_NUMBER, type SignalName } from '../engine/os/process.ts';

/** `TERM`, `SIGTERM`, `term`, `15` → `TERM`. */
export function signalNamed(text: string): SignalName | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const byNumber = Object.entries(SIGNAL_NUMBER).find(([, number]) => String(number) === name)?.[0];
  const found = byNumber ?? name;
  return Object.hasOwn(SIGNAL_NUMBER, found) ? (found as SignalName) : undefined;
}
