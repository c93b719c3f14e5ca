import type { ProcessInfo, SignalName } from './process.ts';
import { SparseSet } from '../sim/sparse.ts';

/** A kernel whose processes are seen in a namespace. */
export interface PidMember {
  /** Its own processes alone. */
  ownProcesses(): ProcessInfo[];
  /** Signals a process of its own; false when it has no such process. */
  signalOwn(pid: number, signal: SignalName): boolean;
  killAll(): void;
}

/** Process numbers and who sees whom: a container's own, or one that several containers share (pid_namespaces(7)). */
export class PidNamespace {
  readonly #members = new SparseSet<PidMember>();
  #last: number;

  /** With `init` process 1 is not a program's: the sandbox's `/pause`. */
  constructor(readonly init?: ProcessInfo) {
    this.#last = init === undefined ? 0 : init.pid;
  }

  join(member: PidMember): void {
    this.#members.add(member);
  }

  leave(member: PidMember): void {
    this.#members.delete(member);
  }

  /** Numbers up to this one are others'. */
  reserve(upTo: number): void {
    this.#last = Math.max(this.#last, upTo);
  }

  next(): number {
    return ++this.#last;
  }

  processes(): ProcessInfo[] {
    const all = [...this.#members].flatMap((member) => member.ownProcesses());
    return (this.init === undefined ? all : [this.init, ...all]).sort((a, b) => a.pid - b.pid);
  }

  kill(pid: number, signal: SignalName): boolean {
    // The sandbox's first process has its own handlers; nobody inside ends it.
    if (pid === this.init?.pid) return true;
    return Array.from(this.#members).some((member) => member.signalOwn(pid, signal));
  }

  /** Process 1 has ended: the kernel ends all others of the namespace. */
  killOthers(member: PidMember): void {
    for (const other of Array.from(this.#members)) if (other !== member) other.killAll();
  }
}
