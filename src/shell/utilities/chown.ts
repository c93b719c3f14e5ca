import { resolvePath } from '../../engine/os/path.ts';
import type { Program } from '../../engine/os/process.ts';
import { readOptions } from './arguments.ts';
import { attempt, complain } from './input.ts';

/** `chown [-R] OWNER[:GROUP] FILE…`; files have no groups of their own. */
export const chown: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'Rh', long: { recursive: 'R', 'no-dereference': 'h' } });
  if (typeof options === 'number') return options;
  const [owner, ...paths] = options.operands;
  if (owner === undefined || paths.length === 0) {
    yield* complain(process, owner === undefined ? 'missing operand' : `missing operand after ‘${owner}’`);
    return 1;
  }
  const [name = ''] = owner.split(/[:.]/);
  const user = name === '0' ? 'root' : name;
  let status = 0;
  for (const path of paths) {
    const full = resolvePath(process.cwd, path);
    const describe = process.files.exists(full) ? `changing ownership of '${path}'` : `cannot access '${path}'`;
    const done = yield* attempt(process, describe, () => process.files.changeOwner?.(full, user, options.flags.has('R')));
    if (!done) status = 1;
  }
  return status;
};
