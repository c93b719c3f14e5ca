import type { Why } from '../workers/protocol.ts';
import { viewed } from './lab.ts';
import { strings } from './strings.ts';
import { stopReplay } from './timeline.ts';

/** Entries of the log as sentences; each leads to its instant. */
export default function CauseList({ label, chain }: { label: string; chain: readonly Why[] }) {
  return (
    <ol class="why" aria-label={label}>
      {chain.length === 0 && <li>{strings.nothingWhy}</li>}
      {chain.map(({ entry, text }) => (
        <li key={entry.seq}>
          <button
            type="button"
            class="link"
            onClick={() => {
              stopReplay();
              viewed.value = entry.seq;
            }}
          >
            {text}
          </button>
        </li>
      ))}
    </ol>
  );
}
