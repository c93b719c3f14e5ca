import { CELLS, LEFT_OUT, LEGEND, TONES } from './strings.ts';

const FORMS = { wait: 'M1,1v14h14z', bad: 'M8,1l7,7l-7,7l-7,-7z', down: 'M1,6h14v4h-14z' };

/** What the marks mean. */
export default function Legend({ cells }: { cells: boolean }) {
  return (
    <div class="legend">
      <ul>
        {LEGEND.map(([style, text]) => (
          <li key={style}>
            <svg viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true">
              <g class={`motion ${style === 'failed' ? 'request failed' : style}`}>
                <circle r="5.5" />
              </g>
            </svg>
            {text}
          </li>
        ))}
        {TONES.map(([tone, text]) => (
          <li key={tone}>
            <svg class="figure-sample" viewBox="0 0 22 16" width="22" height="16" aria-hidden="true">
              <g class={`object Pod ${tone}`}>
                <rect x="1" y="1" width="20" height="14" rx="3" />
              </g>
            </svg>
            {text}
          </li>
        ))}
        {cells &&
          CELLS.map(([state, text]) => (
            <li key={state}>
              <svg class="figure-sample" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path class={`cell ${state}`} d={FORMS[state as keyof typeof FORMS] ?? 'M1,1h14v14h-14z'} />
              </svg>
              {text}
            </li>
          ))}
      </ul>
      <p>{LEFT_OUT}</p>
    </div>
  );
}
