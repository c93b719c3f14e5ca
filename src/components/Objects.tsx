import { useComputed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { dump } from 'js-yaml';
import type { ApiObject } from '../engine/api/meta.ts';
import type { ObjectsShown, ObjectWindow } from '../workers/protocol.ts';
import Causes from './Causes.tsx';
import { asked, clock, lab, phase, picked, viewed } from './lab.ts';
import { strings } from './strings.ts';

// The list follows the cluster at a reader's pace, in wall ms.
const PACE = 150;

// Rows above and below those in sight, and the step by which the window moves.
const MARGIN = 20;
const STEP = 10;
const COUNT = 80;

/** The objects of the API at the viewed instant; one of them as YAML, with its causes. Only the rows in sight are there. */
export default function Objects() {
  const [system, setSystem] = useState(false);
  const [from, setFrom] = useState(0);
  const height = useRef(0);
  const { shown, object } = useObjects(system, from);
  const selected = picked.value;
  const { rows, total } = shown;
  const scroll = (list: HTMLElement): void => {
    // All rows are of one height.
    height.current = list.querySelector('tr.object')?.getBoundingClientRect().height ?? 0;
    const first = height.current > 0 ? Math.floor(list.scrollTop / height.current) : 0;
    setFrom(Math.max(0, Math.floor(first / STEP) * STEP - MARGIN));
  };
  const space = (count: number) => count > 0 && <tr aria-hidden="true" style={{ height: `${count * height.current}px` }} />;

  return (
    <section class={`objects${selected === undefined ? '' : ' with-view'}`} aria-labelledby="objects-title">
      <header class="panel-head">
        <h2 class="panel-title" id="objects-title">
          {strings.objects} <small>{total > 0 ? total : ''}</small>
        </h2>
        <label title={strings.systemTitle}>
          <input type="checkbox" checked={system} onChange={(event) => setSystem(event.currentTarget.checked)} /> {strings.systemObjects}
        </label>
      </header>
      <div class="object-list" tabIndex={0} role="region" aria-label="Objects in the API" onScroll={(event) => scroll(event.currentTarget)}>
        <table aria-rowcount={total + 1}>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">Object</th>
              <th scope="col">Namespace</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {space(shown.from)}
            {rows.map((row, i) => {
              const current = row.ref.kind === selected?.kind && row.ref.name === selected.name && row.ref.namespace === selected.namespace;
              return (
                <tr
                  key={`${row.ref.kind}/${row.ref.namespace ?? ''}/${row.ref.name}`}
                  class={`object${current ? ' current' : ''}`}
                  aria-rowindex={shown.from + i + 2}
                >
                  <th scope="row">
                    <button
                      type="button"
                      class="link"
                      title={row.ref.name}
                      aria-pressed={current}
                      onClick={() => (picked.value = current ? undefined : row.ref)}
                    >
                      <span class="kind">{row.ref.kind}</span> {row.ref.name}
                    </button>
                    <button
                      type="button"
                      class="row-why"
                      aria-label={`${strings.why} ${row.ref.kind} ${row.ref.name}`}
                      onClick={() => {
                        picked.value = row.ref;
                        asked.value = true;
                      }}
                    >
                      {strings.why}
                    </button>
                  </th>
                  <td>{row.ref.namespace}</td>
                  <td>{row.status}</td>
                </tr>
              );
            })}
            {space(total - shown.from - rows.length)}
          </tbody>
        </table>
      </div>
      {selected !== undefined && (
        <div class="object-view">
          <header>
            <h3>
              <span class="kind">{selected.kind}</span> {selected.name}
            </h3>
            <button
              type="button"
              class="quiet"
              aria-label={strings.dismiss}
              title={strings.dismiss}
              onClick={() => (picked.value = undefined)}
            >
              ×
            </button>
          </header>
          <Causes of={selected} />
          <pre tabIndex={0} aria-label={`${selected.kind} ${selected.name}, YAML`}>
            {object === undefined ? strings.noObject : dump(withoutManagedFields(object), { lineWidth: -1 })}
          </pre>
        </div>
      )}
    </section>
  );
}

/** Follows the cluster: one question at a time, and what changed meanwhile is asked for next. */
function useObjects(system: boolean, from: number): { shown: ObjectsShown; object: ApiObject | undefined } {
  const [shown, setShown] = useState<ObjectsShown>({ total: 0, from: 0, rows: [] });
  const [object, setObject] = useState<ApiObject>();
  const last = useRef('');
  const busy = useRef(false);
  const empty = useComputed(() => clock.value.seq === 0).value;
  const selected = picked.value;
  const at = viewed.value;

  useEffect(() => {
    if (phase.value !== 'running') last.current = '';
    const timer = setInterval(() => {
      const wanted = [viewed.peek() ?? clock.peek().seq, JSON.stringify(picked.peek()), system, from].join(' ');
      if (busy.current || wanted === last.current || phase.peek() !== 'running') return;
      last.current = wanted;
      busy.current = true;
      void ask(picked.peek(), viewed.peek(), { system, from, count: COUNT })
        .then((answer) => {
          setShown(answer.shown);
          setObject(answer.object);
        })
        .catch(() => (last.current = ''))
        .finally(() => (busy.current = false));
    }, PACE);
    return () => clearInterval(timer);
  }, [empty, selected === undefined, at === undefined, phase.value, system, from]);
  return { shown, object };
}

async function ask(
  selected: typeof picked.value,
  at: number | undefined,
  window: ObjectWindow,
): Promise<{ shown: ObjectsShown; object: ApiObject | undefined }> {
  const api = await lab();
  const here = at === undefined ? {} : { seq: at };
  const [shown, object] = await Promise.all([
    api.objects({ ...window, ...here }),
    selected === undefined ? undefined : api.object(selected, at),
  ]);
  return { shown, object };
}

function withoutManagedFields(object: ApiObject): ApiObject {
  const { managedFields: _hidden, ...metadata } = object.metadata;
  return { ...object, metadata };
}
