import type { Recording } from '../engine/sim/recorder.ts';

/** Runs kept in the browser, and in links. A run is its seed and inputs: small. */

const key = (page: string): string => `kubernotes:run:${page}`;

export function loadRecording(page: string): Recording | undefined {
  try {
    const text = localStorage.getItem(key(page));
    return text === null ? undefined : checked(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function saveRecording(page: string, recording: Recording): void {
  try {
    localStorage.setItem(key(page), JSON.stringify(recording));
  } catch {
    // Storage is full or forbidden: the run lives as long as the page.
  }
}

export function forgetRecording(page: string): void {
  try {
    localStorage.removeItem(key(page));
  } catch {
    // As above.
  }
}

/** A link to this page that plays the run: `#run=` and the deflated recording. */
export async function linkTo(recording: Recording): Promise<string> {
  const { deflateSync, strToU8 } = await import('fflate');
  const bytes = deflateSync(strToU8(JSON.stringify(recording)), { level: 9 });
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return `${location.origin}${location.pathname}#run=${text}`;
}

/** The run that this page's address carries, if it carries one. A broken link is ignored: the page opens fresh. */
export async function recordingFromLink(): Promise<Recording | undefined> {
  const match = /^#run=([\w-]+)$/.exec(location.hash);
  if (match === null) return undefined;
  try {
    const { inflateSync, strFromU8 } = await import('fflate');
    const binary = atob((match[1] as string).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (unit) => unit.codePointAt(0) ?? 0);
    return checked(JSON.parse(strFromU8(inflateSync(bytes))));
  } catch {
    return undefined;
  }
}

/** Only what has a recording's shape is played; everything else counts as none. */
function checked(value: unknown): Recording | undefined {
  const recording = value as Partial<Recording> | null;
  const whole =
    recording !== null &&
    typeof recording === 'object' &&
    recording.version === 1 &&
    typeof recording.seed === 'number' &&
    Array.isArray(recording.inputs) &&
    recording.inputs.every(
      (input) => typeof input.step === 'number' && typeof input.at === 'number' && typeof input.input?.kind === 'string',
    ) &&
    typeof recording.end?.step === 'number';
  return whole ? (recording as Recording) : undefined;
}
