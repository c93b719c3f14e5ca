import { useEffect, useState } from 'preact/hooks';
import { dump } from 'js-yaml';
import type { ApiObject } from '../engine/api/meta.ts';
import type { ObjectRow, Why } from '../workers/protocol.ts';
import { clock, lab, phase, picked, viewed } from './lab.ts';
import { strings } from './strings.ts';

/** The objects of the API at the viewed instant; one of them as YAML, with its causes. */
export default function Objects() {
  const [rows, setRows] = useState<readonly ObjectRow[]>([]);
  const [object, setObject] = useState<ApiObject>();
  const [chain, setChain] = useState<{ title: string; list: readonly Why[] }>();
  const [system, setSystem] = useState(false);
  const { seq } = clock.value;
  const selected = picked.value;
  const at = viewed.value;

  useEffect(() => {
    if (phase.value !== 'running') return;
    let stale = false;
    // The list follows the cluster at a reader's pace.
    const timer = setTimeout(
      () =>
        void lab().then(async (api) => {
          const list = await api.objects(at);
          const shown = selected === undefined ? undefined : await api.object(selected, at);
          if (stale) return;
          setRows(list);
          setObject(shown);
        }),
      120,
    );
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [seq, at, selected, phase.value]);
  useEffect(() => setChain(undefined), [selected, at]);

  if (phase.value !== 'running') return null;
  const shown = rows.filter((row) => system || !(row.ref.namespace ?? '').startsWith('kube-'));

  const why = async (): Promise<void> => {
    if (selected === undefined) return;
    setChain({ title: strings.why, list: await (await lab()).why(selected, at) });
  };
  const next = async (): Promise<void> => {
    if (selected === undefined) return;
    const api = await lab();
    const newest = (await api.why(selected, at))[0];
    setChain({ title: strings.next, list: newest === undefined ? [] : await api.next(newest.entry.seq) });
  };

  return (
    <section class="objects" aria-label="Objects">
      <div class="object-list" tabIndex={0} role="region" aria-label="Objects in the API">
        <table>
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col">Namespace</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr
                key={`${row.ref.kind}/${row.ref.namespace ?? ''}/${row.ref.name}`}
                aria-selected={row.ref.kind === selected?.kind && row.ref.name === selected.name}
              >
                <th scope="row">
                  <button type="button" class="link" onClick={() => (picked.value = row.ref)}>
                    {row.ref.kind} {row.ref.name}
                  </button>
                </th>
                <td>{row.ref.namespace}</td>
                <td>{row.status}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <label class="quiet">
          <input type="checkbox" checked={system} onChange={(event) => setSystem(event.currentTarget.checked)} /> kube-system
        </label>
      </div>
      {selected !== undefined && (
        <div class="object-view">
          <header>
            <b>
              {selected.kind} {selected.name}
            </b>
            <button type="button" onClick={() => void why()}>
              {strings.why}
            </button>
            <button type="button" onClick={() => void next()}>
              {strings.next}
            </button>
          </header>
          {chain !== undefined && (
            <ol class="why" aria-label={chain.title}>
              {chain.list.length === 0 && <li>{strings.nothingWhy}</li>}
              {chain.list.map(({ entry, text }) => (
                <li key={entry.seq}>
                  <button type="button" class="link" onClick={() => (viewed.value = entry.seq)}>
                    {text}
                  </button>
                </li>
              ))}
            </ol>
          )}
          <pre tabIndex={0}>{object === undefined ? 'It does not exist at this instant.' : dump(withoutManagedFields(object))}</pre>
        </div>
      )}
    </section>
  );
}

function withoutManagedFields(object: ApiObject): ApiObject {
  const { managedFields: _hidden, ...metadata } = object.metadata;
  return { ...object, metadata };
}
