/** Tags `1`, `1.27`, `1.27.3`, each also with a suffix, for a major version's known minors, and some bare words. */
export function versions(
  major: number,
  firstMinor: number,
  lastMinor: number,
  words: readonly string[],
  suffixes: readonly string[],
  suffixOnly = false,
): (tag: string) => boolean {
  return versionList([[major, firstMinor, lastMinor]], words, suffixes, suffixOnly);
}

export function versionList(
  ranges: readonly (readonly [number, number, number])[],
  words: readonly string[],
  suffixes: readonly string[],
  suffixOnly = false,
): (tag: string) => boolean {
  return (tag) => {
    if (words.includes(tag)) return true;
    const match = /^(\d+)(?:\.(\d+)(?:\.(\d+))?)?(?:-(.+))?$/.exec(tag);
    if (match === null) return false;
    const suffix = match[4];
    if (suffix === undefined ? suffixOnly : !suffixes.includes(suffix)) return false;
    const minor = match[2] === undefined ? undefined : Number(match[2]);
    return ranges.some(
      ([major, first, last]) =>
        Number(match[1]) === major && (minor === undefined || (minor >= first && minor <= last)) && Number(match[3] ?? 0) < 60,
    );
  };
}

export const MB = 1_000_000;
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
