import type { Task } from '../engine/os/task.ts';
import { ArithmeticError } from './arithmetic.ts';
import { LineAborted } from './foreground.ts';
import { ExpansionError } from './shell-variables.ts';
import { Exit, type Shell } from './shell.ts';
import { BadSubstitution } from './word-parser.ts';

/** As bash tells of it. */
export function arithmeticText({ expression, message, token }: ArithmeticError): string {
  return `${expression}: ${message} (error token is "${token}")`;
}

/** What an expansion that failed does: a script ends, an interactive line is given up. */
export function* failedExpansion(shell: Shell, error: unknown): Task<number> {
  const known = error instanceof ExpansionError || error instanceof ArithmeticError || error instanceof BadSubstitution;
  if (!known) throw error;
  const text =
    error instanceof ArithmeticError
      ? shell.dialect === 'bash'
        ? arithmeticText(error)
        : error.message === 'division by 0'
          ? shell.dialect === 'dash'
            ? 'arithmetic expression: division by zero: "' + error.expression + '"'
            : 'divide by zero'
          : shell.dialect === 'dash'
            ? `arithmetic expression: expecting primary: "${error.expression}"`
            : 'arithmetic syntax error'
      : error instanceof BadSubstitution && shell.dialect !== 'bash'
        ? 'Bad substitution'
        : error.message;
  yield* shell.complain(text);
  shell.status = 1;
  if (shell.interactive) throw new LineAborted();
  if (shell.dialect !== 'bash') throw new Exit(2);
  // bash leaves with 127 from a `-c` string when a variable was unset, and with 1 elsewhere.
  throw new Exit(
    error instanceof ExpansionError && error.unset && shell.fromString && shell.depth === 0 && !shell.options.errexit ? 127 : 1,
  );
}
