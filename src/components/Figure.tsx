import { useEffect, useRef, useState } from 'preact/hooks';
import type { Scene, SceneObject } from '../scenes/scene.ts';
import './figure/figure.css';
import { follow, type Shown } from './figure/follow.ts';
import Legend from './figure/Legend.tsx';
import SceneTable from './figure/SceneTable.tsx';
import { strings } from './figure/strings.ts';
import { lab, phase, picked } from './lab.ts';
import { latest } from './latest.ts';

// Between two looks at a large cluster, in wall ms.
const CALM = 200;

type Draw = typeof import('./figure/draw.ts').draw;

/** The figure "apply → running": the cluster's scene, beat by beat, as a picture or a table. */
export default function Figure() {
  const svg = useRef<SVGSVGElement>(null);
  const frame = useRef<HTMLElement>(null);
  const drawing = useRef<Draw | undefined>(undefined);
  const follower = useRef<ReturnType<typeof follow> | undefined>(undefined);
  const [scene, setScene] = useState<Scene>();
  const [walking, setWalking] = useState<Shown['walking']>();
  const [table, setTable] = useState(false);
  const [legend, setLegend] = useState(false);
  const [width, setWidth] = useState(0);

  // One scene at a time is asked for; what changes meanwhile is asked for next.
  useEffect(() => {
    const scenes = latest<Shown>(async (api, { seq, walking: progress }, looking) => {
      drawing.current ??= (await import('./figure/draw.ts')).draw;
      const next = await api.scene(seq, picked.peek());
      if (!looking()) return;
      setScene(next);
      setWalking(progress);
      // A large cluster is not asked for every frame: its thousands of cells tell the same a moment later.
      if (next.places.some((place) => place.cells !== undefined)) await new Promise((resolve) => setTimeout(resolve, CALM));
    });
    let wanted: Shown | undefined;
    follower.current = follow((shown) => scenes.want((wanted = shown)));
    // Where much is folded, the scene shows what was picked apart.
    const picking = picked.subscribe(() => wanted !== undefined && scenes.want(wanted));
    const watcher = new ResizeObserver(() => setWidth(innerWidthOf(frame.current)));
    if (frame.current !== null) watcher.observe(frame.current);
    return () => {
      scenes.stop();
      picking();
      follower.current?.stop();
      watcher.disconnect();
    };
  }, []);

  const pick = ({ ref: { kind, name, namespace } }: Pick<SceneObject, 'ref'>): void => {
    picked.value = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
  };
  const pickCell = (place: string, cell: number): void =>
    void lab()
      .then((api) => api.cell(place, cell))
      .then((ref) => ref !== undefined && pick({ ref }));
  const selection = picked.value;
  useEffect(() => {
    if (scene === undefined || svg.current === null || drawing.current === undefined) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    drawing.current(svg.current, scene, {
      width: width || innerWidthOf(frame.current),
      still,
      picked: selection,
      onPick: pick,
      onCell: pickCell,
    });
  }, [scene, table, selection, width]);

  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'l' || event.key === 'L') return setLegend(!legend);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    const items = [...(svg.current?.querySelectorAll<SVGGElement>('[data-walk]') ?? [])];
    // A place is followed by what is in it.
    items.sort((a, b) => ((a.dataset['walk'] ?? '') < (b.dataset['walk'] ?? '') ? -1 : 1));
    if (items.length === 0) return;
    event.preventDefault();
    const now = items.indexOf(document.activeElement as unknown as SVGGElement);
    const next = step === -Infinity ? 0 : step === Infinity ? items.length - 1 : (now + step + items.length) % items.length;
    items[next]?.focus();
  };

  return (
    <figure class="figure" ref={frame}>
      {scene === undefined ? (
        <p class="figure-empty">{phase.value === 'starting' ? strings.starting : strings.empty}</p>
      ) : table ? (
        <SceneTable scene={scene} onPick={pick} />
      ) : (
        <svg ref={svg} role="group" aria-label={strings.label} tabindex={0} onKeyDown={walk} />
      )}
      <figcaption>
        <span class="caption" aria-live="polite">
          {scene?.caption}
          {scene?.waiting !== undefined && walking === undefined && <em> {scene.waiting}</em>}
        </span>
        {scene !== undefined && (
          <span class="figure-tools">
            {walking !== undefined && (
              <>
                <span class="progress">{strings.progress(walking.at, walking.of)}</span>
                <button type="button" class="quiet" onClick={() => follower.current?.catchUp()}>
                  {strings.catchUp}
                </button>
              </>
            )}
            <button type="button" class="quiet" onClick={() => setTable(!table)}>
              {table ? strings.picture : strings.table}
            </button>
            <button type="button" class="quiet" aria-expanded={legend} onClick={() => setLegend(!legend)}>
              {strings.legend}
            </button>
          </span>
        )}
      </figcaption>
      {legend && <Legend cells={scene?.places.some((place) => place.cells !== undefined) === true} />}
    </figure>
  );
}

function innerWidthOf(element: HTMLElement | null): number {
  if (element === null) return 720;
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight) - 4;
}
