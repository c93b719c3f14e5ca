import { untilSignal } from '../../../os/daemon.ts';
import type { Process, Program } from '../../../os/process.ts';
import { start, type Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { parseDuration } from '../../../sim/duration.ts';

const SIZES: Readonly<Record<string, number>> = { '': 1, B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** `stress`: hogs of CPU and memory, for as long as it is told. The memory limit ends it as the kernel would. */
export const stress: Program = function* stress(process: Process): Task<number> {
  const hogs = { cpu: 0, io: 0, vm: 0, hdd: 0 };
  let bytes = 256 * 1024 ** 2;
  let timeout: number | undefined;
  const args = process.argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, name = '', given] = /^--?([a-z-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const value = (): string => given ?? args.shift() ?? '';
    const hog = ({ c: 'cpu', i: 'io', m: 'vm', d: 'hdd' } as const)[name] ?? name;
    if (hog === 'cpu' || hog === 'io' || hog === 'vm' || hog === 'hdd') {
      const count = value();
      if (!/^\d+$/.test(count)) {
        yield* writeText(process.stderr, `stress: FAIL: [${process.pid}] (244) not a number: ${count}\n`);
        return 1;
      }
      hogs[hog] = Number(count);
    } else if (hog === 'vm-bytes') {
      const [, count = '', unit = ''] = /^(\d+)([BKMG]?)$/i.exec(value()) ?? [];
      bytes = Number(count) * (SIZES[unit.toUpperCase()] ?? 1);
    } else if (hog === 'vm-hang' || hog === 'backoff' || hog === 'vm-stride' || hog === 'hdd-bytes') value();
    else if (hog === 't' || hog === 'timeout') {
      const text = value();
      timeout = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
    } else if (!['v', 'verbose', 'q', 'quiet', 'vm-keep', 'n', 'dry-run'].includes(hog)) {
      yield* writeText(process.stderr, `stress: FAIL: [${process.pid}] (244) unrecognized option: ${arg}\n`);
      return 1;
    }
  }
  if (hogs.cpu + hogs.io + hogs.vm + hogs.hdd === 0) {
    yield* writeText(
      process.stdout,
      "`stress' imposes certain types of compute stress on your system\n\nUsage: stress [OPTION [ARG]] ...\n",
    );
    return 0;
  }
  yield* writeText(
    process.stdout,
    `stress: info: [${process.pid}] dispatching hogs: ${hogs.cpu} cpu, ${hogs.io} io, ${hogs.vm} vm, ${hogs.hdd} hdd\n`,
  );
  process.use({ memory: 1024 ** 2 + hogs.vm * bytes, cpu: 1000 * (hogs.cpu + hogs.vm) + 300 * (hogs.io + hogs.hdd) });
  if (timeout === undefined) {
    yield* untilSignal(process, ['INT']);
    return 130;
  }
  yield* process.sleep(timeout);
  yield* writeText(process.stdout, `stress: info: [${process.pid}] successful run completed in ${Math.round(timeout / SECOND)}s\n`);
  return 0;
};

/** `vish/stress -cpus 2 -mem-total 150Mi -mem-alloc-size 10Mi -mem-alloc-sleep 1s`. */
export const vishStress: Program = function* vishStress(process: Process): Task<number> {
  const flags = new Map<string, string>();
  const args = process.argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, name = '', given] = /^--?([a-z-]+)(?:=(.*))?$/.exec(arg) ?? [];
    flags.set(name, given ?? (args[0]?.startsWith('-') === false ? (args.shift() ?? '') : 'true'));
  }
  const stamp = (): string =>
    `I${new Date(process.now()).toISOString().slice(5, 23).replace('-', '').replace('T', ' ')}000 ${String(process.pid).padStart(7)} main.go`;
  const total = size(flags.get('mem-total') ?? '0');
  const step = Math.max(1, size(flags.get('mem-alloc-size') ?? '4Ki'));
  const cpus = Number(flags.get('cpus') ?? 0);
  yield* writeText(
    process.stderr,
    `${stamp()}:26] Allocating "${flags.get('mem-total') ?? '0'}" memory, in "${flags.get('mem-alloc-size') ?? '4Ki'}" chunks, with a ${flags.get('mem-alloc-sleep') ?? '1ms'} sleep between allocations\n`,
  );
  for (let i = 0; i < cpus; i++) yield* writeText(process.stderr, `${stamp()}:39] Spawning a thread to consume CPU\n`);
  const cpu = 1000 * cpus + 1;
  const allocate = function* (): Task<void> {
    const pause = Math.max(1, parseDuration(flags.get('mem-alloc-sleep') ?? '1ms') ?? 1);
    for (let held = step; held < total + step; held += step) {
      process.use({ memory: 4 * 1024 ** 2 + Math.min(held, total), cpu });
      yield* process.sleep(pause);
    }
    yield* writeText(process.stderr, `${stamp()}:29] Allocated "${flags.get('mem-total') ?? '0'}" memory\n`);
  };
  process.use({ memory: 4 * 1024 ** 2, cpu });
  if (total > 0) start(allocate(), () => {});
  yield* untilSignal(process, ['INT']);
  return 130;
};

function size(text: string): number {
  const [, count = '0', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]i?|)$/.exec(text) ?? [];
  const factor = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, K: 1000, M: 1e6, G: 1e9, '': 1 }[unit] ?? 1;
  return Number(count) * factor;
}
