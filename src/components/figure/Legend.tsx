import { LEFT_OUT, LEGEND, TONES } from './strings.ts';

/** What the marks mean. */
export default function Legend() {
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
      </ul>
      <p>{LEFT_OUT}</p>
    </div>
  );
}
