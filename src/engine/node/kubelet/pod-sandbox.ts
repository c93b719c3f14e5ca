import type { Pod } from '../../api/generated/types.ts';
import { CriError, type Sandbox } from '../runtime/cri.ts';
import { sandboxConfig, SandboxConfigError } from './sandbox-config.ts';
import type { WorkerContext } from './worker-context.ts';

/** The sandbox of one pod: what its containers run in, and its address. */
export class PodSandbox {
  #current: Sandbox | undefined;

  constructor(
    readonly context: WorkerContext,
    readonly target: { readonly pod: Pod },
  ) {}

  get current(): Sandbox | undefined {
    return this.#current;
  }

  get ips(): readonly string[] {
    const ip = this.#current?.ip ?? this.#all[0]?.ip;
    return ip === undefined ? [] : [ip];
  }

  /** Looks whether there is one that is ready. */
  find(): boolean {
    this.#current = this.#all.find(({ ready }) => ready);
    return this.#current !== undefined;
  }

  /** A pod that is not restarted gets no second one. */
  get mayBegin(): boolean {
    const { runtime } = this.context;
    const { spec, metadata } = this.target.pod;
    return this.#all.length === 0 || spec?.restartPolicy !== 'Never' || runtime.podContainers(metadata.uid ?? '').length === 0;
  }

  /** False where the runtime does not make it, which is told. */
  begin(): boolean {
    const { runtime, recorder, clusterDNS, nodeName } = this.context;
    const pod = this.target.pod;
    try {
      this.#current = runtime.runPodSandbox(sandboxConfig(pod, this.#all.length, nodeName, clusterDNS));
      return true;
    } catch (error) {
      if (!(error instanceof CriError || error instanceof SandboxConfigError)) throw error;
      const why = error instanceof CriError ? error.rpc : error.message;
      recorder.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${why}`);
      return false;
    }
  }

  stop(): void {
    for (const { id } of this.#all) this.context.runtime.stopPodSandbox(id);
  }

  remove(): void {
    for (const { id } of this.#all.slice()) this.context.runtime.removePodSandbox(id);
  }

  get #all(): readonly Sandbox[] {
    return this.context.runtime.podSandboxes(this.target.pod.metadata.uid ?? '');
  }
}
