import { strings } from '../strings.ts';

/** Keys that a phone's keyboard has not, and what a terminal sends for them. */
const KEYS = [
  ['Esc', '\x1b'],
  ['Tab', '\t'],
  ['←', '\x1b[D'],
  ['↑', '\x1b[A'],
  ['↓', '\x1b[B'],
  ['→', '\x1b[C'],
  ['|', '|'],
  ['-', '-'],
  ['/', '/'],
] as const;

/** A bar under the terminal where fingers type. Ctrl holds until the next key. */
export default function TouchKeys({
  control,
  onControl,
  onKey,
}: {
  control: boolean;
  onControl: () => void;
  onKey: (data: string) => void;
}) {
  // The keyboard stays where it is: on the screen above.
  const keep = (event: Event): void => event.preventDefault();
  return (
    <div class="touch-keys" role="toolbar" aria-label={strings.touchKeys} onPointerDown={keep} onMouseDown={keep}>
      <button type="button" aria-pressed={control} onClick={onControl}>
        Ctrl
      </button>
      {KEYS.map(([name, data]) => (
        <button key={name} type="button" aria-label={strings.touchNames[name] ?? name} onClick={() => onKey(data)}>
          {name}
        </button>
      ))}
    </div>
  );
}
