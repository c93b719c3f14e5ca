import type { Recording } from '../engine/sim/recorder.ts';

/** Runs kept in the browser, and in links. A run is its start state, its seed and its inputs: small. */
export interface Run {
  recording: Recording;
  /** The start state, where it is not the page's own: a cluster broken on purpose. */
  scenario?: { text: string; file: string };
}

const LINK = /^#run=([\w-]+)$/;

const key = (page: string): string => `kubernotes:run:${page}`;

/** A run that came by a link is kept apart: it does not take the place of the reader's own. */
const place = (page: string): string => key(LINK.test(location.hash) ? `${page}:link` : page);

export function loadRun(page: string): Run | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(place(page)) ?? 'null') as { link?: string; run?: unknown } | null;
    // What is kept of a link's run goes with that link only.
    return kept === null || (LINK.test(location.hash) && kept.link !== location.hash) ? undefined : checked(kept.run);
  } catch {
    return undefined;
  }
}

export function saveRun(page: string, run: Run): void {
  try {
    const link = LINK.test(location.hash) ? { link: location.hash } : {};
    localStorage.setItem(place(page), JSON.stringify({ ...link, run }));
  } catch {
    // Storage is full or forbidden: the run lives as long as the page.
  }
}

/** The page starts afresh from now on, whatever its address says. */
export function forgetRun(page: string): void {
  try {
    localStorage.removeItem(key(page));
    localStorage.removeItem(key(`${page}:link`));
  } catch {
    // As above.
  }
  if (LINK.test(location.hash)) history.replaceState(null, '', location.pathname + location.search);
}

/** A link to this page that plays the run: `#run=` and the run, deflated. */
export async function linkTo(run: Run): Promise<string> {
  const { deflateSync, strToU8 } = await import('fflate');
  const bytes = deflateSync(strToU8(JSON.stringify(run)), { level: 9 });
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `${location.origin}${location.pathname}${location.search}#run=${text}`;
}

/** The run that this page's address carries; `broken` when it carries one that nobody can read. */
export async function runFromLink(): Promise<Run | 'broken' | undefined> {
  const match = LINK.exec(location.hash);
  if (match === null) return location.hash.startsWith('#run=') ? 'broken' : undefined;
  try {
    const { inflateSync, strFromU8 } = await import('fflate');
    const binary = atob((match[1] as string).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (unit) => unit.codePointAt(0) ?? 0);
    return checked(JSON.parse(strFromU8(inflateSync(bytes)))) ?? 'broken';
  } catch {
    return 'broken';
  }
}

/** Only what has a run's shape is played; everything else counts as none. */
function checked(value: unknown): Run | undefined {
  const run = value as Partial<Run> | null | undefined;
  const recording: Partial<Recording> | undefined = run?.recording;
  const whole =
    typeof recording === 'object' &&
    recording.version === 1 &&
    typeof recording.seed === 'number' &&
    Array.isArray(recording.inputs) &&
    recording.inputs.every(
      (input) => typeof input.step === 'number' && typeof input.at === 'number' && typeof input.input?.kind === 'string',
    ) &&
    typeof recording.end?.step === 'number' &&
    (run?.scenario === undefined || (typeof run.scenario.text === 'string' && typeof run.scenario.file === 'string'));
  return whole ? (run as Run) : undefined;
}
