import type { Container, LifecycleHandler } from '../../api/generated/types.ts';
import { decode, writerTo } from '../../os/text.ts';
import type { Network } from '../../os/process.ts';
import { suspend, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND } from '../../sim/time.ts';
import { CriError, type RuntimeService } from '../runtime/cri.ts';
import { httpProbe } from './prober.ts';

/** Runs a postStart or preStop hook to its end; the text of its failure, or undefined. */
export function* runHook(
  sim: Simulation,
  runtime: RuntimeService,
  net: Network,
  container: Container,
  id: string,
  ip: string,
  hook: LifecycleHandler,
): Task<string | undefined> {
  if (hook.sleep !== undefined) {
    yield* wait(sim, hook.sleep.seconds * SECOND);
    return undefined;
  }
  if (hook.httpGet !== undefined) {
    const outcome = yield* httpProbe(net, container, hook.httpGet, ip, 30 * SECOND);
    return 'error' in outcome ? outcome.error : outcome.ok ? undefined : outcome.message;
  }
  if (hook.exec !== undefined) {
    const command = hook.exec.command ?? [];
    let output = '';
    const collect = writerTo((bytes) => {
      output += decode(bytes);
    });
    try {
      const started = runtime.exec(id, command, { stdout: collect, stderr: collect });
      const code = yield* suspend<number>((resume) => {
        const forget = started.onExit(resume);
        return () => {
          forget();
          started.kill('KILL');
        };
      });
      return code === 0 ? undefined : `command '${command.join(' ')}' exited with ${code}: ${output}`;
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      return error.rpc;
    }
  }
  return 'invalid handler: this kind of hook is not modelled on this node';
}

/** Waits in virtual time; work under way. */
export function* wait(sim: Simulation, duration: number): Task<void> {
  yield* suspend<void>((resume) => {
    const timer = sim.after(duration, () => resume());
    return () => timer.cancel();
  });
}
