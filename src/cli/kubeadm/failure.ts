/** What ends a command of kubeadm: its last words, after what it has said so far. */
export class Failure extends Error {}

/** A sentence with kubeadm's hint below. */
export function trace(sentence: string): string {
  return `${sentence}\nTo see the stack trace of this error execute with --v=5 or higher`;
}

/** `error execution phase …` and its hint. */
export function phaseFailure(phase: string, why: string): Failure {
  return new Failure(trace(`error: error execution phase ${phase}: ${why}`));
}
