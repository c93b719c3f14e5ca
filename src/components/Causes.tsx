import { useEffect, useState } from 'preact/hooks';
import type { Why } from '../workers/protocol.ts';
import { lab, picked, viewed } from './lab.ts';
import { strings } from './strings.ts';
import { stopReplay } from './timeline.ts';

/** "Why?" and "What next?" of an object: the entries that led to it, and those that follow, as sentences. */
export default function Causes({ of }: { of: NonNullable<typeof picked.value> }) {
  const [chain, setChain] = useState<{ title: string; list: readonly Why[] }>();
  const { kind, name, namespace } = of;
  useEffect(() => setChain(undefined), [kind, name, namespace]);

  const why = async (): Promise<void> => {
    setChain({ title: strings.why, list: await (await lab()).why(of, viewed.peek()) });
  };
  const next = async (): Promise<void> => {
    const api = await lab();
    const newest = (await api.why(of, viewed.peek()))[0];
    setChain({ title: strings.next, list: newest === undefined ? [] : await api.next(newest.entry.seq) });
  };
  const button = (text: string, act: () => Promise<void>) => (
    <button type="button" aria-pressed={chain?.title === text} onClick={() => (chain?.title === text ? setChain(undefined) : void act())}>
      {text}
    </button>
  );

  return (
    <div class="causes">
      <div class="cause-buttons">
        {button(strings.why, why)}
        {button(strings.next, next)}
      </div>
      {chain !== undefined && (
        <ol class="why" aria-label={chain.title}>
          {chain.list.length === 0 && <li>{strings.nothingWhy}</li>}
          {chain.list.map(({ entry, text }) => (
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
      )}
    </div>
  );
}
