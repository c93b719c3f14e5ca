import { EVENT_ID, getScalarValue, parseEvents } from 'js-yaml';

/** The line of a YAML text on which a value stands, by its path: `faults[1].target`; where there is none, of what is nearest around it. */
export function lineOf(source: string, path: string): number | undefined {
  const lines = startsOf(source);
  for (let wanted = path; ; wanted = wanted.replace(/(\.?[^.[\]]+|\[\d+\])$/, '')) {
    const start = lines.get(wanted);
    if (start !== undefined) return source.slice(0, start).split('\n').length;
    if (wanted === '') return undefined;
  }
}

interface Open {
  readonly path: string;
  readonly kind: 'document' | 'mapping' | 'sequence';
  index: number;
  /** In a mapping: the key that waits for its value. */
  key: { readonly text: string; readonly start: number } | undefined;
}

/** Where each value of a text begins; those of a mapping where their key does. */
function startsOf(source: string): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  const open: Open[] = [];
  for (const event of parseEvents(source, {})) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (event.type === EVENT_ID.DOCUMENT) {
      open.push({ path: '', kind: 'document', index: 0, key: undefined });
      continue;
    }
    const start = 'start' in event ? event.start : 'valueStart' in event ? event.valueStart : event.anchorStart;
    let path = parent?.path ?? '';
    let at = start;
    if (parent?.kind === 'sequence') path += `[${parent.index++}]`;
    else if (parent?.kind === 'mapping') {
      if (parent.key === undefined) {
        const text = event.type === EVENT_ID.SCALAR ? getScalarValue(source, event) : '';
        parent.key = { text, start };
        continue;
      }
      path += path === '' ? parent.key.text : `.${parent.key.text}`;
      at = parent.key.start;
      parent.key = undefined;
    }
    if (!starts.has(path)) starts.set(path, at);
    if (event.type === EVENT_ID.MAPPING) open.push({ path, kind: 'mapping', index: 0, key: undefined });
    else if (event.type === EVENT_ID.SEQUENCE) open.push({ path, kind: 'sequence', index: 0, key: undefined });
  }
  return starts;
}
