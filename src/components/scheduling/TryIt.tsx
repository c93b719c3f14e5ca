import { useState } from 'preact/hooks';
import type { Machine } from '../../scenes/scheduling.ts';
import { type } from '../lab.ts';
import { strings } from './strings.ts';

const TAINT = 'demo=yes:NoSchedule';
let serial = 0;

/** Controls that type commands: a pod with a request, a selector and a toleration; taints and labels on nodes. */
export default function TryIt({ machines }: { machines: readonly Machine[] }) {
  const [cpu, setCpu] = useState(0.5);
  const [ssd, setSsd] = useState(false);
  const [tolerates, setTolerates] = useState(false);
  const [important, setImportant] = useState(false);
  const [busy, setBusy] = useState(false);
  const run = async (line: string): Promise<void> => {
    setBusy(true);
    await type(line).catch(() => {});
    setBusy(false);
  };
  const create = (): Promise<void> => run(command(cpu, ssd, tolerates, important));
  return (
    <details class="sched-try" open>
      <summary>{strings.play}</summary>
      <p class="sched-soft">{strings.playHint}</p>
      <div class="sched-controls">
        <label>
          {strings.cpu}{' '}
          <input type="range" min="0" max="6" step="0.25" value={cpu} onInput={(event) => setCpu(Number(event.currentTarget.value))} />{' '}
          <output>{cpu}</output>
        </label>
        <label>
          <input type="checkbox" checked={ssd} onChange={(event) => setSsd(event.currentTarget.checked)} /> {strings.wantsSsd}
        </label>
        <label>
          <input type="checkbox" checked={tolerates} onChange={(event) => setTolerates(event.currentTarget.checked)} /> {strings.tolerates}
        </label>
        <label>
          <input type="checkbox" checked={important} onChange={(event) => setImportant(event.currentTarget.checked)} /> {strings.important}
        </label>
        <button type="button" class="primary" disabled={busy} onClick={() => void create()}>
          {strings.create}
        </button>
      </div>
      <ul class="sched-switches">
        {machines
          .filter(({ labels }) => labels['node-role.kubernetes.io/control-plane'] === undefined)
          .slice(0, 8)
          .map(({ node, taints, labels, cordoned }) => (
            <li key={node}>
              <b>{node}</b>
              <Switch
                text={strings.taint}
                on={taints.includes(TAINT)}
                set={(on) => run(`kubectl taint nodes ${node} ${TAINT}${on ? '' : '-'}`)}
              />
              <Switch
                text={strings.ssd}
                on={labels['disktype'] === 'ssd'}
                set={(on) => run(`kubectl label nodes ${node} disktype${on ? '=ssd' : '-'}`)}
              />
              <Switch text={strings.cordon} on={cordoned} set={(on) => run(`kubectl ${on ? 'cordon' : 'uncordon'} ${node}`)} />
            </li>
          ))}
      </ul>
    </details>
  );
}

function Switch({ text, on, set }: { text: string; on: boolean; set: (on: boolean) => Promise<void> }) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={(event) => void set(event.currentTarget.checked)} /> {text}
    </label>
  );
}

function command(cpu: number, ssd: boolean, tolerates: boolean, important: boolean): string {
  const spec = {
    ...(important ? { priorityClassName: 'important' } : {}),
    ...(ssd ? { nodeSelector: { disktype: 'ssd' } } : {}),
    ...(tolerates ? { tolerations: [{ key: 'demo', operator: 'Exists' }] } : {}),
    containers: [{ name: 'c', image: 'nginx:1.27', ...(cpu === 0 ? {} : { resources: { requests: { cpu: String(cpu) } } }) }],
  };
  serial++;
  const name = `try-${serial}-${Math.floor(performance.now() % 1000)}`;
  const first = important ? 'kubectl create priorityclass important --value=1000 2>/dev/null; ' : '';
  return `${first}kubectl run ${name} --image=nginx:1.27 --overrides='${JSON.stringify({ spec })}'`;
}
