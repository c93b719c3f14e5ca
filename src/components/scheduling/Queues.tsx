import type { QueueScene } from '../../scenes/scheduling.ts';
import { strings } from './strings.ts';

/** Where pods wait, and what put them there. */
export default function Queues({ queues }: { queues: readonly QueueScene[] }) {
  return (
    <section class="sched-queues" aria-label={strings.queues}>
      {queues.map(({ name, count, pods }) => {
        const [title, meaning] = strings.queue[name];
        return (
          <div class={`sched-queue ${name}`} key={name}>
            <p class="sched-title">
              <b>{title}</b> <span class="sched-count">{count}</span>
            </p>
            <p class="sched-soft">{meaning}</p>
            <ul>
              {pods.map(({ pod, because, words }) => (
                <li key={pod} title={words ?? because}>
                  {pod.replace(/^default\//, '')} <span class="sched-soft">{words ?? because}</span>
                </li>
              ))}
              {count > pods.length && <li class="sched-soft">+{count - pods.length}</li>}
              {pods.length === 0 && <li class="sched-soft none">{strings.nobody}</li>}
            </ul>
          </div>
        );
      })}
    </section>
  );
}
