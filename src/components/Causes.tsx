import { useEffect, useState } from 'preact/hooks';
import type { Why } from '../workers/protocol.ts';
import CauseList from './CauseList.tsx';
import { asked, lab, viewed, type Picked } from './lab.ts';
import { strings } from './strings.ts';

/** "Why?" and "What next?" of an object: the entries that led to it, and those that follow, as sentences. */
export default function Causes({ of }: { of: Picked }) {
  const [chain, setChain] = useState<{ title: string; list: readonly Why[] }>();
  const { kind, name, namespace } = of;

  const why = async (): Promise<void> => {
    setChain({ title: strings.why, list: await (await lab()).why(of, viewed.peek()) });
  };
  const next = async (): Promise<void> => {
    const api = await lab();
    const newest = (await api.why(of, viewed.peek()))[0];
    setChain({ title: strings.next, list: newest === undefined ? [] : await api.next(newest.entry.seq) });
  };
  // Its row in the list may have been asked already.
  const wanted = asked.value;
  useEffect(() => setChain(undefined), [kind, name, namespace]);
  useEffect(() => {
    if (wanted) void why();
    asked.value = false;
  }, [wanted]);
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
      {chain !== undefined && <CauseList label={chain.title} chain={chain.list} />}
    </div>
  );
}
