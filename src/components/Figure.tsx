import { useEffect, useRef, useState } from 'preact/hooks';
import type { Scene, SceneObject } from '../scenes/scene.ts';
import { clock, lab, phase, picked, viewed } from './lab.ts';
import { strings } from './strings.ts';

type Draw = typeof import('./figure/draw.ts').draw;

/** The figure "apply → running": the cluster's scene at the viewed instant, as a picture or a table. */
export default function Figure() {
  const svg = useRef<SVGSVGElement>(null);
  const frame = useRef<HTMLElement>(null);
  const [scene, setScene] = useState<Scene>();
  const [table, setTable] = useState(false);
  const [legend, setLegend] = useState(false);
  const drawing = useRef<Draw | undefined>(undefined);

  // One scene at a time is asked for; what changes meanwhile is asked for next.
  useEffect(() => {
    let stale = false;
    let asking = false;
    let gone = false;
    const ask = async (): Promise<void> => {
      if (phase.peek() !== 'running') return;
      if (asking) {
        stale = true;
        return;
      }
      asking = true;
      const api = await lab();
      drawing.current ??= (await import('./figure/draw.ts')).draw;
      do {
        stale = false;
        const next = await api.scene(viewed.peek());
        if (!gone) setScene(next);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      } while (stale && !gone);
      asking = false;
    };
    let seq = -1;
    const stops = [
      clock.subscribe((value) => {
        if (value.seq === seq || viewed.peek() !== undefined) return;
        seq = value.seq;
        void ask();
      }),
      viewed.subscribe(() => void ask()),
      phase.subscribe(() => void ask()),
    ];
    return () => {
      gone = true;
      for (const stop of stops) stop();
    };
  }, []);

  const pick = (object: SceneObject): void => {
    const { kind, name, namespace } = object.ref;
    picked.value = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
  };
  const selection = picked.value;
  useEffect(() => {
    if (scene === undefined || svg.current === null || drawing.current === undefined) return;
    const narrow = (frame.current?.clientWidth ?? 960) < 560;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    drawing.current(svg.current, scene, { narrow, still, picked: selection, onPick: pick });
  }, [scene, table, selection]);

  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'l') return setLegend(!legend);
    const items = [...(svg.current?.querySelectorAll<SVGGElement>('g.object') ?? [])];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || items.length === 0) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as unknown as SVGGElement);
    items[(at + step + items.length) % items.length]?.focus();
  };

  return (
    <figure class="figure" ref={frame}>
      {scene === undefined ? (
        <p class="figure-empty">{phase.value === 'starting' ? strings.starting : strings.terminalHint}</p>
      ) : table ? (
        <SceneTable scene={scene} onPick={pick} />
      ) : (
        <svg ref={svg} role="tree" aria-label={strings.figureLabel} tabIndex={0} onKeyDown={walk} />
      )}
      <figcaption>
        <span class="caption" aria-live="polite">
          {scene?.caption}
          {scene?.waiting !== undefined && <em> {scene.waiting}</em>}
        </span>
        {scene !== undefined && (
          <span class="figure-tools">
            <button type="button" class="quiet" onClick={() => setTable(!table)}>
              {table ? strings.picture : strings.table}
            </button>
            <button type="button" class="quiet" aria-expanded={legend} onClick={() => setLegend(!legend)}>
              {strings.legend}
            </button>
          </span>
        )}
      </figcaption>
      {legend && <Legend />}
    </figure>
  );
}

function SceneTable({ scene, onPick }: { scene: Scene; onPick: (object: SceneObject) => void }) {
  return (
    <div class="scene-table" tabIndex={0} role="region" aria-label={strings.figureLabel}>
      <table>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {scene.places.map((place) => (
            <tr key={place.id}>
              <th scope="row">{place.label}</th>
              <td>
                {place.state} {place.note}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col">Where</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {scene.objects.map((object) => (
            <tr key={object.key}>
              <th scope="row">
                <button type="button" class="link" onClick={() => onPick(object)}>
                  {object.ref.kind} {object.ref.name}
                </button>
              </th>
              <td>
                {object.place
                  .replace(/^node:/, '')
                  .replace('shelf', 'API')
                  .replace('pending', 'no node')}
              </td>
              <td>{object.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ol>
        {scene.motions.map((motion) => (
          <li key={motion.seq}>{motion.label}</li>
        ))}
      </ol>
    </div>
  );
}

const LEGEND = [
  ['request', 'a request to the API server'],
  ['notify', 'a watch notification from it'],
  ['commit', 'a write into etcd, with its revision'],
  ['work', 'work in place: scheduling, pulling, starting'],
  ['data', 'data on the network'],
] as const;

function Legend() {
  return (
    <ul class="legend">
      {LEGEND.map(([style, text]) => (
        <li key={style}>
          <svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">
            <g class={`motion ${style}`}>
              <circle r="5" />
            </g>
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
