/** `!string`: there is no such line. */
export class NoSuchEvent extends Error {}

/**
 * What `!!`, `!5`, `!-2`, `!kub`, `!?text?`, `!$`, `!^`, `!*`, their words (`!!:2`) and modifiers (`:h :t :r :e :s/a/b/ :p`) and
 * `^old^new^` stand for (bash(1), HISTORY EXPANSION). `undefined`: there is nothing of the kind in the line.
 */
export function expandHistory(line: string, history: readonly string[]): { text: string; printOnly: boolean } | undefined {
  const quick = /^\^([^^]*)\^([^^]*)(?:\^(.*))?$/s.exec(line);
  if (quick !== null) {
    const before = history.at(-1) ?? '';
    const [, old = '', made = '', rest = ''] = quick;
    if (!before.includes(old)) throw new NoSuchEvent(`:s${line}: substitution failed`);
    return { text: before.replace(old, () => made) + rest, printOnly: false };
  }
  let text = '';
  let found = false;
  let printOnly = false;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const c = line[at] as string;
    if (c === '\\' && quote !== "'") {
      text += c + (line[++at] ?? '');
      continue;
    }
    if ((c === "'" && quote !== '"') || (c === '"' && quote !== "'")) quote = quote === '' ? c : '';
    const next = line[at + 1] ?? '';
    if (c !== '!' || quote === "'" || next === '' || ' \t\n=('.includes(next) || (next === '"' && quote === '"')) {
      text += c;
      continue;
    }
    const reference = REFERENCE.exec(line.slice(at)) as RegExpExecArray;
    const [all, event = '', words = '', modifiers = ''] = reference;
    if (all === '!') {
      text += c;
      continue;
    }
    const chosen = wordsOf(eventNamed(event, all, history), words);
    if (chosen === undefined) throw new NoSuchEvent(`${words.startsWith(':') ? words : `:${words}`}: bad word specifier`);
    const changed = modify(chosen, modifiers);
    text += changed.text;
    printOnly ||= changed.printOnly;
    found = true;
    at += all.length - 1;
  }
  return found ? { text, printOnly } : undefined;
}

// Event, words, modifiers.
const REFERENCE =
  /^!(!|-?\d+|\?[^?\n]+\??|[^\s:^$*!"';&|()<>?-][^\s:;&|()<>"']*)?((?::?[$^*]|:\d+(?:-\d*|\*)?|:-\d+)?)((?::(?:[phtreq]|g?s\/[^/]*\/[^/]*\/?))*)/;

function eventNamed(name: string, all: string, history: readonly string[]): string {
  const text = name.replace(/\??$/, '').slice(1);
  const found =
    name === '' || name === '!'
      ? history.at(-1)
      : /^-?\d+$/.test(name)
        ? history[Number(name) > 0 ? Number(name) - 1 : history.length + Number(name)]
        : history.findLast((line) => (name.startsWith('?') ? line.includes(text) : line.startsWith(name)));
  if (found === undefined) throw new NoSuchEvent(`${all.replace(/(?<=.):.*$/, '')}: event not found`);
  return found;
}

function wordsOf(line: string, designator: string): string | undefined {
  const which = designator.replace(/^:/, '');
  if (which === '') return line;
  const words = line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s|&;<>()"'\\])+|[|&;<>()]+/gs) ?? [];
  const last = words.length - 1;
  if (which === '$') return words[last] ?? '';
  if (which === '^') return words[1];
  if (which === '*') return words.slice(1).join(' ');
  const [, from = '0', dash, to = ''] = /^(\d*)(-|\*)?(\d*)$/.exec(which) ?? [];
  const start = Number(from === '' ? 0 : from);
  const end = dash === undefined ? start : dash === '*' ? last : to === '' ? last - 1 : Number(to);
  return start > last || end > last ? undefined : words.slice(start, end + 1).join(' ');
}

function modify(words: string, modifiers: string): { text: string; printOnly: boolean } {
  let text = words;
  let printOnly = false;
  for (const [, modifier = '', old = '', made = ''] of modifiers.matchAll(/:(p|h|t|r|e|q|g?s)(?:\/([^/]*)\/([^/]*)\/?)?/g)) {
    if (modifier === 'p') printOnly = true;
    else if (modifier === 'h') text = text.replace(/\/[^/]*$/, '');
    else if (modifier === 't') text = text.replace(/^.*\//s, '');
    else if (modifier === 'r') text = text.replace(/\.[^./]*$/, '');
    else if (modifier === 'e') text = /\.[^./]*$/.exec(text)?.[0] ?? text;
    else if (modifier === 'q') text = `'${text.replaceAll("'", `'\\''`)}'`;
    else if (!text.includes(old)) throw new NoSuchEvent(`:s/${old}/${made}/: substitution failed`);
    else text = modifier === 'gs' ? text.replaceAll(old, () => made) : text.replace(old, () => made);
  }
  return { text, printOnly };
}
