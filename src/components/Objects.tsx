import { useEffect, useRef, useState } from 'preact/hooks';
import { dump } from 'js-yaml';
import type { ApiObject } from '../engine/api/meta.ts';
import type { ObjectRow } from '../workers/protocol.ts';
import Causes from './Causes.tsx';
import { clock, lab, phase, picked, viewed } from './lab.ts';
import { strings } from './strings.ts';

// What a learner makes and watches comes first; other kinds follow by name.
const FIRST = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod', 'Service', 'Node'];
// The list follows the cluster at a reader's pace, in wall ms.
const PACE = 150;

/** The objects of the API at the viewed instant; one of them as YAML, with its causes. */
export default function Objects() {
  const { rows, object } = useObjects();
  const [system, setSystem] = useState(false);
  const selected = picked.value;
  const shown = rows.filter((row) => system || !isSystem(row));

  return (
    <section class={`objects${selected === undefined ? '' : ' with-view'}`} aria-labelledby="objects-title">
      <header class="panel-head">
        <h2 class="panel-title" id="objects-title">
          {strings.objects} <small>{shown.length > 0 ? shown.length : ''}</small>
        </h2>
        <label title={strings.systemTitle}>
          <input type="checkbox" checked={system} onChange={(event) => setSystem(event.currentTarget.checked)} /> {strings.systemObjects}
        </label>
      </header>
      <div class="object-list" tabIndex={0} role="region" aria-label="Objects in the API">
        <table>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">Object</th>
              <th scope="col">Namespace</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => {
              const current = row.ref.kind === selected?.kind && row.ref.name === selected.name && row.ref.namespace === selected.namespace;
              return (
                <tr key={`${row.ref.kind}/${row.ref.namespace ?? ''}/${row.ref.name}`} class={current ? 'current' : ''}>
                  <th scope="row">
                    <button
                      type="button"
                      class="link"
                      aria-pressed={current}
                      onClick={() => (picked.value = current ? undefined : row.ref)}
                    >
                      <span class="kind">{row.ref.kind}</span> {row.ref.name}
                    </button>
                  </th>
                  <td>{row.ref.namespace}</td>
                  <td>{row.status}</td>
                </tr>
              );
            })}
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
function useObjects(): { rows: readonly ObjectRow[]; object: ApiObject | undefined } {
  const [rows, setRows] = useState<readonly ObjectRow[]>([]);
  const [object, setObject] = useState<ApiObject>();
  const asked = useRef('');
  const busy = useRef(false);
  const { seq } = clock.value;
  const selected = picked.value;
  const at = viewed.value;

  useEffect(() => {
    if (phase.value !== 'running') asked.current = '';
    const timer = setInterval(() => {
      const wanted = [viewed.peek() ?? clock.peek().seq, JSON.stringify(picked.peek())].join(' ');
      if (busy.current || wanted === asked.current || phase.peek() !== 'running') return;
      asked.current = wanted;
      busy.current = true;
      void ask(picked.peek(), viewed.peek())
        .then((answer) => {
          setRows(answer.rows);
          setObject(answer.object);
        })
        .catch(() => (asked.current = ''))
        .finally(() => (busy.current = false));
    }, PACE);
    return () => clearInterval(timer);
  }, [seq === 0, selected === undefined, at === undefined, phase.value]);
  return { rows, object };
}

async function ask(selected: typeof picked.value, at: number | undefined): Promise<{ rows: ObjectRow[]; object: ApiObject | undefined }> {
  const api = await lab();
  const [rows, object] = await Promise.all([api.objects(at), selected === undefined ? undefined : api.object(selected, at)]);
  return { rows: rows.sort(byKind), object };
}

function byKind(a: ObjectRow, b: ObjectRow): number {
  const rank = ({ ref }: ObjectRow): number => (FIRST.includes(ref.kind) ? FIRST.indexOf(ref.kind) : FIRST.length);
  return (
    rank(a) - rank(b) ||
    compare(a.ref.kind, b.ref.kind) ||
    compare(a.ref.namespace ?? '', b.ref.namespace ?? '') ||
    compare(a.ref.name, b.ref.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a cluster has before anybody has asked it for something. */
function isSystem({ ref }: ObjectRow): boolean {
  const { kind, name, namespace = '' } = ref;
  if (namespace.startsWith('kube-') || (kind === 'Namespace' && (name.startsWith('kube-') || name === 'default'))) return true;
  return (
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'Service' && name === 'kubernetes')
  );
}

function withoutManagedFields(object: ApiObject): ApiObject {
  const { managedFields: _hidden, ...metadata } = object.metadata;
  return { ...object, metadata };
}
