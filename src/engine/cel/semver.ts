import { CelError, Opaque, type Value } from './values.ts';

const SEMVER_TYPE = 'kubernetes.Semver';

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
}
type VersionValue = Opaque<Version>;

const DIGITS = /^\d+$/;
const WORD = /^[0-9A-Za-z-]+$/;
const PLACES = ['Major', 'Minor', 'Patch'] as const;

/** Reads a version as the library of the real server does (`semver.Parse`), with its sentences. */
function read(text: string): Version {
  if (text === '') throw new CelError('Version string empty');
  const [major, minor, ...rest] = text.split('.');
  if (major === undefined || minor === undefined || rest.length === 0) throw new CelError('No Major.Minor.Patch elements found');
  let patch = rest.join('.');
  let build: readonly string[] = [];
  let prerelease: readonly string[] = [];
  const plus = patch.indexOf('+');
  if (plus >= 0) [patch, build] = [patch.slice(0, plus), patch.slice(plus + 1).split('.')];
  const dash = patch.indexOf('-');
  if (dash >= 0) [patch, prerelease] = [patch.slice(0, dash), patch.slice(dash + 1).split('.')];
  const numbers = [major, minor, patch].map((part, at) => {
    const place = PLACES[at] as string;
    if (!DIGITS.test(part)) throw new CelError(`Invalid character(s) found in ${place.toLowerCase()} number ${JSON.stringify(part)}`);
    if (part.length > 1 && part.startsWith('0'))
      throw new CelError(`${place} number must not contain leading zeroes ${JSON.stringify(part)}`);
    return BigInt(part);
  });
  for (const part of prerelease) {
    if (part === '') throw new CelError('Prerelease is empty');
    if (DIGITS.test(part) && part.length > 1 && part.startsWith('0'))
      throw new CelError(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`);
    if (!WORD.test(part)) throw new CelError(`Invalid character(s) found in prerelease ${JSON.stringify(part)}`);
  }
  for (const part of build) {
    if (part === '') throw new CelError('Build meta data is empty');
    if (!WORD.test(part)) throw new CelError(`Invalid character(s) found in build meta data ${JSON.stringify(part)}`);
  }
  return { numbers: numbers as unknown as Version['numbers'], prerelease };
}

/** Also `v1.2`: without what is in front, without zeros at the front, with what is missing. */
function normalized(text: string): string {
  const whole = text.replace(/^v/, '');
  const dots = whole.split('.');
  const parts = dots.length > 3 ? [...dots.slice(0, 2), dots.slice(2).join('.')] : dots;
  const plain = parts.map((part) => {
    const short = part.length > 1 ? part.replace(/^0+/, '') : part;
    return part.length > 1 && !/^\d/.test(short) ? `0${short}` : short;
  });
  if (plain.length < 3 && /[+-]/.test(plain.at(-1) ?? '')) throw new CelError('short version cannot contain PreRelease/Build meta data');
  while (plain.length < 3) plain.push('0');
  return plain.join('.');
}

function compare(a: Version, b: Version): bigint {
  for (const at of [0, 1, 2] as const) if (a.numbers[at] !== b.numbers[at]) return a.numbers[at] > b.numbers[at] ? 1n : -1n;
  const [left, right] = [a.prerelease, b.prerelease];
  // A version without a prerelease comes after all its prereleases.
  if (left.length === 0 || right.length === 0) return left.length === right.length ? 0n : left.length === 0 ? 1n : -1n;
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined) return -1n;
    if (other === undefined) return 1n;
    if (one === other) continue;
    const [first, second] = [DIGITS.test(one), DIGITS.test(other)];
    if (first !== second) return first ? -1n : 1n;
    return (first ? BigInt(one) > BigInt(other) : one > other) ? 1n : -1n;
  }
  return 0n;
}

const valueOf = (version: Version): VersionValue =>
  new Opaque(SEMVER_TYPE, version, `${version.numbers.join('.')}-${version.prerelease.join('.')}`);

function readVersion(text: string, normalize = false): VersionValue {
  return valueOf(read(normalize ? normalized(text) : text));
}

function isVersion(text: string, normalize = false): boolean {
  try {
    readVersion(text, normalize);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

/** Semantic versions. */
export const SEMVER: Readonly<Record<string, (...args: never[]) => Value>> = {
  [`semver(string):${SEMVER_TYPE}`]: (text: string) => readVersion(text),
  [`semver(string,bool):${SEMVER_TYPE}`]: readVersion,
  'isSemver(string):bool': (text: string) => isVersion(text),
  'isSemver(string,bool):bool': isVersion,
  [`${SEMVER_TYPE}.isGreaterThan(${SEMVER_TYPE}):bool`]: (a: VersionValue, b: VersionValue) => compare(a.value, b.value) > 0n,
  [`${SEMVER_TYPE}.isLessThan(${SEMVER_TYPE}):bool`]: (a: VersionValue, b: VersionValue) => compare(a.value, b.value) < 0n,
  [`${SEMVER_TYPE}.compareTo(${SEMVER_TYPE}):int`]: (a: VersionValue, b: VersionValue) => compare(a.value, b.value),
  [`${SEMVER_TYPE}.major():int`]: ({ value }: VersionValue) => value.numbers[0],
  [`${SEMVER_TYPE}.minor():int`]: ({ value }: VersionValue) => value.numbers[1],
  [`${SEMVER_TYPE}.patch():int`]: ({ value }: VersionValue) => value.numbers[2],
};
