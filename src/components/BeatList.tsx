import { useEffect, useRef, useState } from 'preact/hooks';
import type { Why } from '../workers/protocol.ts';
import CauseList from './CauseList.tsx';
import Keys from './Keys.tsx';
import { beats, lab, opened, viewed } from './lab.ts';
import { strings } from './strings.ts';
import { elapsed, position, see, stopReplay } from './timeline.ts';

// So many beats are listed on each side of where one stands.
const AROUND = 40;

/** The run as sentences, newest first; each leads to its instant. */
export default function BeatList() {
  const frame = useRef<HTMLOListElement>(null);
  const list = beats.value;
  const at = position(list, viewed.value);
  useEffect(() => {
    const box = frame.current;
    const current = box?.querySelector<HTMLElement>('[aria-current]');
    if (box === null || current === null || current === undefined) return;
    // Only the list is scrolled, never the page.
    const top = current.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + current.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - 40;
  }, [at]);

  const [why, setWhy] = useState<{ from: number; chain: readonly Why[] }>();
  const ask = async (from: number): Promise<void> =>
    setWhy(why?.from === from ? undefined : { from, chain: (await (await lab()).causes(from)).slice(1) });

  const start = opened.value?.ready.at ?? 0;
  const from = Math.max(0, at - AROUND);
  const shown = list.slice(from, at + AROUND).map((beat, i) => ({ beat, place: from + i + 1 }));
  return (
    <section class="beats" aria-labelledby="beats-title">
      <header class="panel-head">
        <h2 class="panel-title" id="beats-title">
          {strings.eventsOf}
        </h2>
        <Keys />
      </header>
      <ol class="beat-list" ref={frame} reversed tabIndex={0} aria-labelledby="beats-title">
        {shown.toReversed().map(({ beat, place }) => (
          <li key={beat.from}>
            <button
              type="button"
              class={`link ${beat.mark ?? ''}`}
              {...(place === at ? { 'aria-current': true } : {})}
              onClick={() => {
                stopReplay();
                see(place);
              }}
            >
              <time>{elapsed(beat.at - start)}</time>
              <span>{beat.text}</span>
            </button>
            <button
              type="button"
              class="row-why"
              aria-expanded={why?.from === beat.from}
              aria-label={`${strings.why} ${beat.text}`}
              onClick={() => void ask(beat.from)}
            >
              {strings.why}
            </button>
            {why?.from === beat.from && <CauseList label={strings.why} chain={why.chain} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
