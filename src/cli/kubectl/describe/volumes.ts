import { has, object, text } from '../values.ts';
import type { Json } from '../values.ts';
import { addClaimFields } from './claim-fields.ts';
import { Lines } from './lines.ts';
import { podVolumeLines } from './volume-sources.ts';

/** The volumes of a pod (level 0) or of a template (level 1). */
export function addVolumes(lines: Lines, volumes: readonly Json[], level: number): void {
  const margin = '  '.repeat(level);
  if (volumes.length === 0) {
    lines.text += `${margin}Volumes:\t<none>\n`;
    return;
  }
  lines.text += `${margin}Volumes:\n`;
  for (const each of volumes) {
    const volume = object(each);
    lines.text += `${level === 0 ? '  ' : `${margin} `}${text(volume, 'name')}:\n`;
    if (has(volume, 'ephemeral')) addEphemeral(lines, object(volume, 'ephemeral', 'volumeClaimTemplate'));
    else for (const line of podVolumeLines(volume) ?? ['<unknown>']) lines.add(line === '<unknown>' ? 1 : 2, line);
  }
}

function addEphemeral(lines: Lines, template: Json): void {
  const inner = new Lines();
  addClaimFields(inner, object(template));
  lines.add(2, 'Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)');
  let title = '';
  for (const line of inner.text.split('\n').slice(0, -1)) {
    const [head = '', ...cells] = line.split('\t');
    title = head === '' ? title : head;
    const map = title === 'Labels:' || title === 'Annotations:';
    // kubectl writes a map piece by piece, and each piece with the margin: so the values stand four further right.
    const margin = head === '' && title === 'Labels:' ? '        ' : '    ';
    lines.text += map ? `${margin}${head}\t    ${cells.join('\t')}\n` : `    ${line}\n`;
  }
}
