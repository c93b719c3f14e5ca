/** What ends a command: the lines that minikube shows, and its exit code (reason.go's). */
export class Failure extends Error {
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(text);
  }
}

/** What this minikube cannot do, said so. */
export function notModelled(what: string): Failure {
  return new Failure(1, `minikube: ${what}`);
}
