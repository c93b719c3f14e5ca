import type { Descriptions } from '../engine/apiserver/openapi/definitions.ts';

// The documentation of the API's fields is larger than the engine and few ask for it: it is a chunk of its own, fetched when a line
// that may want it is typed.

let texts: Descriptions = {};
let loading: Promise<void> | undefined;

/** What has been loaded so far; the API server says plainly when it has none. */
export const fieldTexts = (): Descriptions => texts;

/** Resolves when the texts are there, or cannot be had (no network): then they are tried for again the next time. */
export function loadFieldTexts(): Promise<void> {
  loading ??= import('../engine/api/generated/descriptions.json').then(
    (module) => {
      texts = module.default as Descriptions;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}

/** Whether a typed line, or a whole recording, may ask for them. */
export const wantsFieldTexts = (text: string): boolean => /\bexplain\b|openapi/.test(text);
