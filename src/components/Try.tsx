import { useEffect } from 'preact/hooks';
import { beats, phase, type } from './lab.ts';
import { strings } from './strings.ts';

// A reader who has just come sees an empty cluster this long before the first line is typed, in wall ms.
const LOOK = 900;

/** Lines to try: a click types one. With `demo` the first types itself in a cluster nobody has used, so that something is seen to live. */
export default function Try({ lines, demo = false }: { lines: readonly string[]; demo?: boolean }) {
  useEffect(() => {
    if (!demo) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = phase.subscribe((value) => {
      if (value !== 'running' || timer !== undefined) return;
      timer = setTimeout(() => {
        const used = beats.peek().some((beat) => beat.kind === 'input' && beat.text.startsWith('You typed'));
        if (!used && lines[0] !== undefined) void type(lines[0]);
      }, LOOK);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return (
    <ul class="try" aria-label={strings.tryIt}>
      {lines.map((line) => (
        <li key={line}>
          <button type="button" title={strings.tryIt} onClick={() => void type(line)}>
            <code>{line}</code>
          </button>
        </li>
      ))}
    </ul>
  );
}
