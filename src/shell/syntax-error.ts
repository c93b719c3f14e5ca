import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import type { Shell } from './shell.ts';
import { DASH_ONLY, type ShellSyntaxError } from './syntax.ts';

/** Tells of a syntax error as bash, dash or ash would; the status is 2. */
export function* reportSyntaxError(shell: Shell, error: ShellSyntaxError, source: string, inside = ''): Task<number> {
  const { token } = error;
  const inner = { '$(': ')', '${': '}' }[error.expecting ?? ''];
  const quote = inner ?? (error.expecting !== undefined && /^['"`)]$/.test(error.expecting) ? error.expecting : undefined);
  const expecting = inner ?? error.expecting;
  shell.status = 2;
  if (shell.dialect === 'bash') {
    const from = shell.calls.at(-1)?.source;
    const name = shell.interactive ? shell.name.replace(/^-/, '') : (from ?? shell.name);
    const where = shell.interactive
      ? `${name}: ${inside}`
      : `${name}: ${inside || (shell.fromString && from === undefined ? '-c: ' : '')}line ${error.line + (token === undefined && (quote === undefined || quote === ')') && !source.endsWith('\n') ? 1 : 0)}: `;
    if (token !== undefined && error.reason !== undefined && error.reason !== DASH_ONLY) {
      yield* writeText(shell.stderr, `${where}${error.reason}\n`);
      return 2;
    }
    if (token === undefined) {
      yield* writeText(
        shell.stderr,
        quote !== undefined
          ? `${where}unexpected EOF while looking for matching \`${quote}'\n`
          : `${where}syntax error: unexpected end of file\n`,
      );
      return 2;
    }
    yield* writeText(shell.stderr, `${where}syntax error near unexpected token \`${token}'\n`);
    if (!shell.interactive) yield* writeText(shell.stderr, `${where}\`${source.split('\n')[error.line - 1] ?? ''}'\n`);
    return 2;
  }
  const hint = expecting !== undefined && quote === undefined ? ` (expecting "${expecting}")` : '';
  const shown = token === undefined ? 'end of file' : token === 'newline' || token === 'redirection' ? token : `"${token}"`;
  if (shell.dialect === 'dash') {
    const text =
      error.reason ??
      (quote !== undefined && quote !== ')' && token === undefined
        ? quote === '}'
          ? "Missing '}'"
          : quote === '`'
            ? 'EOF in backquote substitution'
            : 'Unterminated quoted string'
        : `${shown} unexpected${quote === ')' ? ' (expecting ")")' : hint}`);
    yield* writeText(shell.stderr, `${shell.name}: ${error.line}: ${inside}Syntax error: ${text}\n`);
    return 2;
  }
  const text = quote !== undefined && quote !== ')' && token === undefined ? 'unterminated quoted string' : `unexpected ${shown}${hint}`;
  yield* writeText(shell.stderr, `${shell.name}: ${shell.fromString ? '' : `line ${error.line}: `}syntax error: ${text}\n`);
  return 2;
}
