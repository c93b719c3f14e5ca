import Figure from './Figure.tsx';
import Objects from './Objects.tsx';
import Timeline from './Timeline.tsx';
import Terminal from './Terminal.tsx';
import type { Start } from './lab.ts';

/** The cluster beside the text: figure, timeline, terminal and objects. */
export default function Cluster({ start, rows = 14, eager = false }: { start: Start; rows?: number; eager?: boolean }) {
  return (
    <div class="cluster">
      <Figure />
      <Timeline />
      <Terminal start={start} rows={rows} eager={eager} />
      <Objects />
    </div>
  );
}
