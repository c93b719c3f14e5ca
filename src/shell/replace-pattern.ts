import { patternSource, unescapePattern } from './pattern.ts';

/** `${x#pattern}`, `${x%pattern}`, `${x/pattern/replacement}`, `${x^pattern}` and their doubles. */
export function replacePattern(value: string, operator: string, pattern: string, replacement: string, extended = false): string {
  if (operator === '#' || operator === '##')
    return value.replace(new RegExp(`^${patternSource(pattern, extended, '[^]', operator === '#')}`, 'u'), '');
  if (operator === '%' || operator === '%%') {
    // The shortest suffix is the one that starts last.
    const whole = new RegExp(`^(?:${patternSource(pattern, extended)})$`, 'u');
    const starts = Array.from({ length: value.length + 1 }, (_, i) => i);
    if (operator === '%') starts.reverse();
    const start = starts.find((i) => whole.test(value.slice(i)));
    return start === undefined ? value : value.slice(0, start);
  }
  if (operator.startsWith('/')) {
    const source = patternSource(pattern, extended);
    if (pattern === '' && operator.length === (operator === '//' ? 2 : 1)) return value;
    const regExp = {
      '/': new RegExp(source, 'u'),
      '//': new RegExp(source, 'gu'),
      '/#': new RegExp(`^(?:${source})`, 'u'),
      '/%': new RegExp(`(?:${source})$`, 'u'),
    }[operator as '/' | '//' | '/#' | '/%'];
    // bash 5.2: a plain `&` in the replacement is what was found.
    return value.replace(regExp, (found) =>
      unescapePattern(replacement.replace(/\\.|&/gs, (c) => (c === '&' ? found.replaceAll('\\', '\\\\') : c))),
    );
  }
  const change = (c: string): string => {
    const upper = operator.startsWith('~') ? c === c.toLowerCase() : operator.startsWith('^');
    return upper ? c.toUpperCase() : c.toLowerCase();
  };
  const fits = new RegExp(`^(?:${pattern === '' ? '[^]' : patternSource(pattern, extended)})$`, 'u');
  return [...value].map((c, i) => ((operator.length === 2 || i === 0) && fits.test(c) ? change(c) : c)).join('');
}
