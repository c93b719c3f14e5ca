import { baseName } from '../engine/os/path.ts';
import { strftime } from './utilities/strftime.ts';
import type { Shell } from './shell.ts';

/** PS1 or PS2 with bash's escapes (`\u@\h:\w\$ `), or as dash and ash have it by default. */
export function expandPrompt(shell: Shell, which: 'PS1' | 'PS2'): string {
  const root = (shell.process.system?.user ?? 'root') === 'root';
  const standard =
    which === 'PS2' ? '> ' : shell.dialect === 'dash' ? (root ? '# ' : '$ ') : shell.dialect === 'ash' ? '\\w \\$ ' : '\\u@\\h:\\w\\$ ';
  const text = shell.variables.get(which)?.value ?? standard;
  if (shell.dialect === 'dash') return text;
  return expandPromptText(shell, text);
}

/** The backslash escapes of a prompt. Brackets only say what takes no room. */
export function expandPromptText(shell: Shell, text: string): string {
  const root = (shell.process.system?.user ?? 'root') === 'root';
  const home = shell.get('HOME') ?? '';
  const { cwd } = shell.process;
  const place = home !== '' && home !== '/' && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  const iso = new Date(shell.process.now()).toISOString();
  return text.replace(/\\(?:([0-7]{3})|D\{([^}]*)\}|(.))/gs, (all, octal: string | undefined, format: string | undefined, c: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (format !== undefined) return strftime(format === '' ? '%H:%M:%S' : format, shell.process.now());
    switch (c) {
      case 'u':
        return shell.process.system?.user ?? 'root';
      case 'h':
        return shell.process.hostname.split('.')[0] ?? '';
      case 'H':
        return shell.process.hostname;
      case 'w':
        return place;
      case 'W':
        return place === '~' ? '~' : baseName(cwd) || '/';
      case '$':
        return root ? '#' : '$';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 's':
        return baseName(shell.name).replace(/^-/, '');
      case 't':
        return iso.slice(11, 19);
      case 'T':
        return strftime('%I:%M:%S', shell.process.now());
      case '@':
        return strftime('%I:%M %p', shell.process.now());
      case 'A':
        return iso.slice(11, 16);
      case 'd':
        return strftime('%a %b %d', shell.process.now());
      case 'e':
        return '\x1b';
      case 'a':
        return '\x07';
      case 'v':
        return '5.2';
      case 'V':
        return '5.2.37';
      case 'j':
        return String(shell.jobs.list.length);
      case '!':
      case '#':
        return String(shell.history.length + 1);
      case '\\':
        return '\\';
      case '[':
      case ']':
        return '';
      default:
        return all;
    }
  });
}
