import { CelError } from './values.ts';

const known = new Map<string, RegExp>();

/** A regular expression of RE2's syntax, as far as JavaScript's goes. */
export function regex(pattern: string, flags = ''): RegExp {
  const key = `${flags}/${pattern}`;
  let made = known.get(key);
  if (made !== undefined) return made;
  const lead = /^\(\?([ims]+)\)/.exec(pattern);
  const source = (lead === null ? pattern : pattern.slice(lead[0].length))
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('(?P<', '(?<');
  for (const unicode of ['u', '']) {
    try {
      made = new RegExp(source, `${lead?.[1] ?? ''}${unicode}${flags}`);
      break;
    } catch {
      // Tried again without; then told.
    }
  }
  if (made === undefined) throw new CelError(`error parsing regexp: ${regexFault(pattern)}`);
  known.set(key, made);
  return made;
}

/** What Go's parser says of the commonest faults. */
export function regexFault(pattern: string): string {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (inClass) inClass = c !== ']';
    else if (c === '[') inClass = true;
    else if (c === '(') depth++;
    else if (c === ')' && --depth < 0) return `unexpected ): \`${pattern}\``;
    else if (c !== undefined && '*+?'.includes(c) && (i === 0 || pattern[i - 1] === '(' || pattern[i - 1] === '|'))
      return `missing argument to repetition operator: \`${c}\``;
  }
  if (inClass) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``;
  if (depth > 0) return `missing closing ): \`${pattern}\``;
  return pattern.endsWith('\\') ? 'trailing backslash at end of expression: ``' : `invalid or unsupported Perl syntax: \`${pattern}\``;
}
