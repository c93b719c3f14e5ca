import BeatList from './BeatList.tsx';
import Figure from './Figure.tsx';
import Objects from './Objects.tsx';
import Problem from './Problem.tsx';
import Terminal from './Terminal.tsx';
import Timeline from './Timeline.tsx';
import type { Start } from './start.ts';

/** The cluster beside the text: figure, timeline, terminal, objects, and the run as sentences. */
export default function Cluster({ start, rows = 14, eager = false }: { start: Start; rows?: number; eager?: boolean }) {
  return (
    <div class="cluster" id="cluster" role="region" aria-label="Cluster">
      <div class="cluster-grid">
        <Problem />
        <div class="cluster-scene">
          <Figure />
          <Timeline />
        </div>
        <Terminal start={start} rows={rows} eager={eager} />
        <Objects />
        <BeatList />
      </div>
    </div>
  );
}
