import type { QueueScene } from '../../scenes/scheduling.ts';
import { strings } from './strings.ts';

const SHOWN = 8;

/** Where pods wait, and what put them there. */
export default function Queues({ queues }: { queues: readonly QueueScene[] }) {
  return (
    <section class="sched-queues" aria-label={strings.queues}>
      {queues.map(({ name, pods }) => {
        const [title, meaning] = strings.queue[name];
        return (
          <div class={`sched-queue ${name}`} key={name}>
            <p class="sched-title">
              <b>{title}</b> <span class="sched-count">{pods.length}</span>
            </p>
            <p class="sched-soft">{meaning}</p>
            <ul>
              {pods.slice(0, SHOWN).map(({ pod, because }) => (
                <li key={pod} title={because}>
                  {pod.replace(/^default\//, '')}
                </li>
              ))}
              {pods.length > SHOWN && <li class="sched-soft">+{pods.length - SHOWN}</li>}
              {pods.length === 0 && <li class="sched-soft none">{strings.nobody}</li>}
            </ul>
          </div>
        );
      })}
    </section>
  );
}
