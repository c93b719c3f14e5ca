import type { Program } from '../../engine/os/process.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';

/** `5`, `0.5`, `2m`, `1h30m` is not one. In ms; NaN when it is no duration. */
export function duration(text: string): number {
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (found === null) return text === 'infinity' || text === 'inf' ? 1e12 : Number.NaN;
  return Number(found[1]) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[(found[2] || 's') as 's' | 'm' | 'h' | 'd'];
}

export const sleep: Program = function* (process) {
  const options = yield* readOptions(process, { short: '' });
  if (typeof options === 'number') return options;
  let total = 0;
  if (options.operands.length === 0) {
    yield* complain(process, "missing operand\nTry 'sleep --help' for more information.");
    return 1;
  }
  for (const text of options.operands) {
    const each = duration(text);
    if (Number.isNaN(each)) {
      yield* complain(process, `invalid time interval ‘${text}’\nTry 'sleep --help' for more information.`);
      return 1;
    }
    total += each;
  }
  yield* process.sleep(total);
  return 0;
};
