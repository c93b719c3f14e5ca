import { useSolved } from './progress.ts';
import { strings } from './strings.ts';

/** How much of a lesson is done. */
export default function Progress({ cells }: { cells: readonly string[] }) {
  const { length } = useSolved(cells);
  return (
    <p class="lesson-progress">
      <progress max={cells.length} value={length} aria-label={strings.progressLabel} /> {strings.progress(length, cells.length)}
    </p>
  );
}
