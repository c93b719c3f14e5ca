import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { refuse } from './answers.ts';
import { parseSpan } from '../../engine/sim/duration.ts';

/** What became of the requests, and who answered them. */
export interface LoadReport {
  readonly sent: number;
  readonly answered: number;
  readonly failed: ReadonlyMap<string, number>;
  readonly by: ReadonlyMap<string, number>;
}

export interface RunningLoad {
  /** `http://10.96.1.2:80/`. */
  readonly url: string;
  readonly report: LoadReport;
  stop(): void;
}

/** Sends customers to a Service (`web`, `shop/web:8080`) or a URL; one sentence where that cannot be. */
export type StartLoad = (target: string, rate: number, duration: number) => RunningLoad | string;

const MOST = 5000;

/** `lab load SERVICE --rps N --for T`. */
export function* load(process: Process, startLoad: StartLoad, args: readonly string[]): Task<number> {
  let target: string | undefined;
  const flags = new Map([
    ['rps', '10'],
    ['for', '10s'],
  ]);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, name, value] = /^--([a-z]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (name === undefined && !arg.startsWith('-') && target === undefined) target = arg;
    else if (name !== undefined && flags.has(name)) flags.set(name, value ?? args[++i] ?? '');
    else return yield* refuse(process, `unknown argument ${arg}; write lab load SERVICE --rps 50 --for 60s`);
  }
  if (target === undefined) return yield* refuse(process, 'load on what? Write lab load SERVICE --rps 50 --for 60s');
  const rate = Number(flags.get('rps'));
  if (!(rate > 0 && rate <= MOST)) return yield* refuse(process, `--rps: "${flags.get('rps') ?? ''}" is no rate from 1 to ${MOST}`);
  const duration = parseSpan(flags.get('for') ?? '');
  if (duration === undefined || duration <= 0)
    return yield* refuse(process, `--for: "${flags.get('for') ?? ''}" is no duration; write 30s, 5m or 1h30m`);
  const running = startLoad(target, rate, duration);
  if (typeof running === 'string') return yield* refuse(process, running);
  try {
    // What the last requests wait for is waited for.
    yield* process.sleep(duration + 20);
  } finally {
    running.stop();
  }
  yield* writeText(process.stdout, summary(running, flags.get('for') ?? ''));
  return 0;
}

function summary({ url, report }: RunningLoad, duration: string): string {
  const { sent, answered, failed, by } = report;
  const lost = [...failed.values()].reduce((sum, count) => sum + count, 0);
  const open = sent - answered - lost;
  const lines = [
    `${sent} requests to ${url} in ${duration}: ${answered} answered, ${lost} failed${open > 0 ? `, ${open} still open` : ''}`,
    ...[...failed].map(([why, count]) => `  failed: ${why}  ${count}`),
  ];
  const names = [...by].map(([actor, count]) => [actor.replace(/^pod\/(default\/)?/, ''), String(count)] as const);
  const width = Math.max(0, ...names.map(([name]) => name.length)) + 2;
  for (const [name, count] of names.sort(([a], [b]) => (a < b ? -1 : 1))) lines.push(`  ${name.padEnd(width)}${count}`);
  return `${lines.join('\n')}\n`;
}
