import { bracketSource } from '../pattern.ts';

/** A POSIX basic or extended regular expression (with GNU's additions) as a JavaScript one. Throws what grep says of a bad one. */
export function posixRegExp(pattern: string, extended: boolean, flags: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '\\') {
      const next = pattern[++i];
      if (next === undefined) throw new RegExpMistake('Trailing backslash');
      if (next === '<' || next === '>') source += '\\b';
      else if (/[wWsSbB1-9]/.test(next)) source += `\\${next}`;
      else if (!extended && next === '{' && !/^\d*,?\d*\\\}/.test(pattern.slice(i + 1)))
        throw new RegExpMistake(pattern.includes('\\}', i) ? 'Invalid content of \\{\\}' : 'Unmatched \\{');
      else if ('(){}|+?'.includes(next)) source += extended ? `\\${next}` : next;
      else source += /[A-Za-z0-9]/.test(next) ? next : `\\${next}`.replace(/\\(["'`#%&,:;<=>@_~ !-])/, '$1');
    } else if (c === '[') {
      const set = /^\[(\^?)(\]?(?:\[:\w+:\]|[^\]])*)\]/.exec(pattern.slice(i));
      if (set === null) throw new RegExpMistake('Unmatched [, [^, [:, [., or [=');
      source += `[${set[1]}${bracketSource((set[2] as string).replaceAll('\\', '\\\\'))}]`;
      i += set[0].length - 1;
    } else if ('(){}|+?'.includes(c)) source += extended ? c : `\\${c}`;
    else if (c === '*') source += source === '' || (!extended && /(^|[^\\])(\(|\^)$/.test(source)) ? '\\*' : '*';
    else if (c === '^') source += extended || i === 0 || /(\\\(|\\\|)$/.test(pattern.slice(0, i)) ? '^' : '\\^';
    else if (c === '$') source += extended || i === pattern.length - 1 || /^\\[)|]/.test(pattern.slice(i + 1)) ? '$' : '\\$';
    else source += c === '/' || c === ']' ? `\\${c}` : c;
  }
  try {
    return new RegExp(source, flags);
  } catch {
    throw new RegExpMistake(
      /\((?![^)]*\))/.test(source)
        ? 'Unmatched ( or \\('
        : /\)/.test(source)
          ? 'Unmatched ) or \\)'
          : 'Invalid preceding regular expression',
    );
  }
}

export class RegExpMistake extends Error {}
