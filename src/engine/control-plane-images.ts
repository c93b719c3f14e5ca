import { klog } from './os/go-log.ts';
import { untilSignal } from './os/daemon.ts';
import type { Image } from './os/image.ts';
import type { Process, Program } from './os/process.ts';
import type { Task } from './os/task.ts';
import { apiserverStory } from './node/runtime/stories/apiserver.ts';
import { controllerManagerStory } from './node/runtime/stories/controller-manager.ts';
import { schedulerStory } from './node/runtime/stories/scheduler.ts';
import { kubeSchedulerImage, type SchedulerWorld } from './scheduler/image.ts';
import type { StaticPart } from './static-part.ts';

/** The parts of a machine's control plane, by the names of their programs. */
export type PartOf = (name: string, machine: string) => StaticPart | undefined;

/** The images of the control plane's static pods: each program is what keeps its component up. */
export function controlPlaneImages(world: SchedulerWorld, partOf: PartOf): Image[] {
  const program =
    (name: string): Program =>
    (process) =>
      partProgram(process, partOf(name, process.hostname));
  const image = (name: string): Omit<Image, 'story'> => {
    const own = program(name);
    return {
      repository: `registry.k8s.io/${name}`,
      hasTag: (tag) => /^v1\.3[0-7]\.\d+$/.test(tag),
      size: 25_000_000,
      entrypoint: [name],
      programs: { [name]: own, [`/usr/local/bin/${name}`]: own },
    };
  };
  return [
    { ...image('kube-apiserver'), story: apiserverStory },
    { ...image('kube-controller-manager'), story: controllerManagerStory },
    { ...kubeSchedulerImage(world, program('kube-scheduler')), story: schedulerStory },
  ];
}

function* partProgram(process: Process, part: StaticPart | undefined): Task<number> {
  process.use({ memory: 40 * 1024 * 1024, cpu: 20 });
  try {
    const problem = yield* part?.boot(process) ?? nothing();
    if (problem !== undefined) {
      klog(process, 'E', 'run.go:72', `"command failed" err=${JSON.stringify(problem)}`);
      return 1;
    }
    yield* untilSignal(process, ['TERM', 'INT', 'QUIT']);
    return 0;
  } finally {
    part?.halt(process);
  }
}

function* nothing(): Task<undefined> {
  return undefined;
}
