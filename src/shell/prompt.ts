import { baseName } from '../engine/os/path.ts';
import type { Shell } from './shell.ts';

/** PS1 or PS2 with bash's escapes (`\u@\h:\w\$ `), or as dash and ash have it by default. */
export function expandPrompt(shell: Shell, which: 'PS1' | 'PS2'): string {
  const root = (shell.process.system?.user ?? 'root') === 'root';
  const standard =
    which === 'PS2' ? '> ' : shell.dialect === 'dash' ? (root ? '# ' : '$ ') : shell.dialect === 'ash' ? '\\w \\$ ' : '\\u@\\h:\\w\\$ ';
  const text = shell.variables.get(which)?.value ?? standard;
  if (shell.dialect === 'dash') return text;
  const home = shell.get('HOME') ?? '';
  const { cwd } = shell.process;
  const place = home !== '' && home !== '/' && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  return text.replace(/\\([uhHwW$nste[\]\\])/g, (_, c: string) => {
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
        return place === '~' ? '~' : baseName(cwd);
      case '$':
        return root ? '#' : '$';
      case 'n':
        return '\n';
      case 's':
        return baseName(shell.name).replace(/^-/, '');
      case 't':
        return new Date(shell.process.now()).toISOString().slice(11, 19);
      case 'e':
        return '\x1b';
      case '\\':
        return '\\';
      default:
        return '';
    }
  });
}
