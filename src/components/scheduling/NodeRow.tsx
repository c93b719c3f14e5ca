import type { AttemptScene, Machine, NodeVerdict } from '../../scenes/scheduling.ts';
import { segments } from './layout.ts';
import { strings } from './strings.ts';

/** A node and what the attempt made of it: struck with the plugin's words, or with its points stacked by plugin. */
export default function NodeRow({
  verdict,
  attempt,
  machine,
}: {
  verdict: NodeVerdict;
  attempt: AttemptScene;
  machine: Machine | undefined;
}) {
  const { node, state } = verdict;
  const out = state === 'refused' || state === 'cleared';
  return (
    <li class={`sched-node ${state}`}>
      <div class="sched-name">
        {out ? <s>{node}</s> : <b>{node}</b>}
        {state === 'chosen' && <span class="sched-badge">{badge(attempt)}</span>}
        {state === 'feasible' && verdict.total !== undefined && verdict.total === best(attempt) && (
          <span class="sched-badge tied">{strings.tied}</span>
        )}
        {state === 'cleared' && <span class="sched-badge">{strings.cleared}</span>}
        <Facts machine={machine} />
      </div>
      {out ? (
        <p class="sched-words">
          <b>{strings.refusedBy(verdict.plugin ?? '')}</b> {verdict.words}
          {verdict.unresolvable === true && <span class="sched-soft"> ({strings.unresolvable})</span>}
          {state === 'cleared' && <span>; {strings.leaves(victims(attempt))}</span>}
        </p>
      ) : (
        <Points verdict={verdict} attempt={attempt} />
      )}
    </li>
  );
}

/** What a pod may have to do with: taints, and the labels that lessons use. */
export function Facts({ machine }: { machine: Machine | undefined }) {
  if (machine === undefined) return null;
  const labels = Object.entries(machine.labels).filter(([key]) => !/kubernetes\.io\//.test(key));
  return (
    <span class="sched-facts">
      {machine.cordoned && <span class="sched-fact">cordoned</span>}
      {machine.taints.map((taint) => (
        <span class="sched-fact taint" key={taint}>
          <span aria-hidden="true">⊘ </span>
          {taint.replace('node-role.kubernetes.io/', '')}
        </span>
      ))}
      {labels.map(([key, value]) => (
        <span class="sched-fact" key={key}>
          {key}={value}
        </span>
      ))}
    </span>
  );
}

function Points({ verdict, attempt }: { verdict: NodeVerdict; attempt: AttemptScene }) {
  const { total, parts } = verdict;
  const words = parts.map(({ plugin, score }) => `${plugin} ${score}`).join(', ');
  return (
    <div class="sched-points">
      {total === undefined ? (
        <span class="sched-soft">{strings.only}</span>
      ) : (
        <div class="sched-bar" role="img" aria-label={`${total} ${strings.points}: ${words}`}>
          {segments(verdict, attempt).map(({ plugin, colour, score, start, length }) => (
            <span
              key={plugin}
              class={`sched-part part-${colour}`}
              style={{ left: `${start}%`, width: `${length}%` }}
              title={`${plugin}: ${score}`}
            >
              {length > 5 ? colour : ''}
            </span>
          ))}
        </div>
      )}
      {total !== undefined && <span class="sched-total">{total}</span>}
    </div>
  );
}

/** The points of the node that was chosen. */
const best = ({ nodes }: AttemptScene): number | undefined => nodes.find(({ state }) => state === 'chosen')?.total;

function badge({ bind }: AttemptScene): string {
  if (bind === 'done') return `✓ ${strings.bound}`;
  return bind === 'refused' ? `✗ ${strings.bindRefused}` : `${strings.chosen}, ${strings.binding}`;
}

function victims({ preemption }: AttemptScene): string {
  return (preemption?.victims ?? []).map((pod) => pod.replace(/^default\//, '')).join(', ');
}
