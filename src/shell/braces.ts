import type { Literal, Part, Word } from './syntax.ts';

/** `a{b,c}d` → `abd acd`, `{1..3}` → `1 2 3`; anything else stays one word. */
export function expandBraces(word: Word): Word[] {
  if (!word.some((part) => part.kind === 'literal' && !part.quoted && part.text.includes('{'))) return [word];
  // One element a character where plain text is, so that quoted braces are no braces.
  const atoms: (string | Part)[] = word.flatMap((part): (string | Part)[] =>
    part.kind === 'literal' && !part.quoted ? [...part.text] : [part],
  );
  return expand(atoms).map(join);
}

type Atoms = readonly (string | Part)[];

function expand(atoms: Atoms): Atoms[] {
  for (let open = atoms.indexOf('{'); open >= 0; open = atoms.indexOf('{', open + 1)) {
    let depth = 0;
    const commas: number[] = [];
    let close = -1;
    for (let i = open; i < atoms.length && close < 0; i++) {
      if (atoms[i] === '{') depth++;
      else if (atoms[i] === ',' && depth === 1) commas.push(i);
      else if (atoms[i] === '}' && --depth === 0) close = i;
    }
    if (close < 0) continue;
    const inner = atoms.slice(open + 1, close);
    let choices: Atoms[];
    if (commas.length > 0) {
      const bounds = [open, ...commas, close];
      choices = bounds.slice(1).flatMap((end, i) => expand(atoms.slice((bounds[i] as number) + 1, end)));
    } else {
      const range = inner.every((atom) => typeof atom === 'string') ? sequence(inner.join('')) : undefined;
      if (range === undefined) continue;
      choices = range.map((text) => [...text]);
    }
    const head = atoms.slice(0, open);
    const tails = expand(atoms.slice(close + 1));
    return choices.flatMap((choice) => tails.map((tail) => [...head, ...choice, ...tail]));
  }
  return [atoms];
}

function sequence(text: string): string[] | undefined {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(text);
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(text);
  if (numbers === null && letters === null) return undefined;
  const [from, to] =
    numbers === null ? [letters?.[1]?.charCodeAt(0) ?? 0, letters?.[2]?.charCodeAt(0) ?? 0] : [Number(numbers[1]), Number(numbers[2])];
  const step = Math.abs(Number(numbers?.[3] ?? letters?.[3] ?? 1)) || 1;
  const ends = numbers === null ? [] : [numbers[1] as string, numbers[2] as string];
  const padded = ends.some((end) => /^-?0\d/.test(end)) ? Math.max(...ends.map((end) => end.length)) : 0;
  const items: string[] = [];
  for (let i = from; from <= to ? i <= to : i >= to; i += from <= to ? step : -step) {
    items.push(
      numbers === null ? String.fromCharCode(i) : (i < 0 ? '-' : '') + String(Math.abs(i)).padStart(i < 0 ? padded - 1 : padded, '0'),
    );
    // What no memory holds stays as it is written.
    if (items.length > 1_000_000) return undefined;
  }
  return items;
}

function join(atoms: Atoms): Word {
  const parts: Part[] = [];
  for (const atom of atoms) {
    const last = parts.at(-1);
    if (typeof atom !== 'string') parts.push(atom);
    else if (last?.kind === 'literal' && !last.quoted) parts[parts.length - 1] = { ...last, text: last.text + atom };
    else parts.push({ kind: 'literal', text: atom, quoted: false } satisfies Literal);
  }
  return parts;
}
