import type { AttemptScene } from '../../scenes/scheduling.ts';
import { strings } from './strings.ts';

/** The same attempt as a table: what the bars are made of. */
export default function Numbers({ attempt }: { attempt: AttemptScene }) {
  return (
    <div class="sched-numbers" tabIndex={0} role="region" aria-label={strings.legend}>
      <table>
        <thead>
          <tr>
            <th scope="col">{strings.node}</th>
            {attempt.plugins.map(({ name, weight }) => (
              <th scope="col" key={name}>
                {inParts(name)} ×{weight}
              </th>
            ))}
            <th scope="col">{strings.total}</th>
          </tr>
        </thead>
        <tbody>
          {attempt.nodes.map((verdict) => (
            <tr key={verdict.node} class={verdict.state}>
              <th scope="row">{verdict.node}</th>
              {verdict.parts.length === 0 ? (
                <td colSpan={attempt.plugins.length + 1}>
                  {verdict.plugin === undefined ? strings.only : `${strings.refusedBy(verdict.plugin)}: ${verdict.words ?? ''}`}
                </td>
              ) : (
                <>
                  {attempt.plugins.map(({ name, weight }) => {
                    const part = verdict.parts.find(({ plugin }) => plugin === name);
                    return (
                      <td key={name}>
                        {part === undefined ? '–' : `${part.normalized}×${weight} = ${part.score}`}
                        {part?.raw !== undefined && part.raw !== part.normalized && (
                          <span class="sched-soft"> ({strings.raw(part.raw)})</span>
                        )}
                      </td>
                    );
                  })}
                  <td>
                    <b>{verdict.total}</b>
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A plugin's long name may be broken where its words begin. */
function inParts(name: string) {
  return name.split(/(?<=[a-z])(?=[A-Z])/).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={i} />, part]));
}
