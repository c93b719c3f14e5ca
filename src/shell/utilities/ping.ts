import { NetworkError, type EchoAnswer, type Process, type Program } from '../../engine/os/process.ts';
import { run, suspend, type Running, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { busyboxTexts, iputilsTexts, type PingTexts, type Tally } from './ping-texts.ts';

/** iputils' `ping`: `-c`, `-i`, `-w`, `-W`, `-s`, `-q`; `-n` and `-4` are always so. */
export const ping: Program = (process) => pingWith(process, iputilsTexts);

/** busybox's applet, which hears replies alone. */
export const busyboxPing: Program = (process) => pingWith(process, busyboxTexts);

/** How long a request may be on its way. */
const PATIENCE = 10_000;

interface Wish {
  readonly count: number;
  readonly interval: number;
  readonly size: number;
  /** After the last request, when nothing has come back so far. */
  readonly linger: number;
  readonly deadline: number;
  readonly quiet: boolean;
}

function* pingWith(process: Process, texts: PingTexts): Task<number> {
  const options = yield* readOptions(process, {
    short: 'c:i:w:W:s:qn4',
    refused: texts.refused,
    says: texts.misuse,
    status: texts.status.misuse,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const number = (flag: string, fallback: number, least: number): number => {
    const text = flags.get(flag);
    if (text === undefined) return fallback;
    const value = text === '' ? Number.NaN : Number(text);
    if (!(value >= least)) throw new WrongNumber(text);
    return value;
  };
  let wish: Wish;
  try {
    wish = {
      count: number('c', Number.POSITIVE_INFINITY, 1),
      interval: number('i', 1, 0.002) * 1000,
      size: number('s', 56, 0),
      linger: number('W', PATIENCE / 1000, 0) * 1000,
      deadline: process.now() + number('w', Number.POSITIVE_INFINITY, 1) * 1000,
      quiet: flags.has('q'),
    };
  } catch (error) {
    if (!(error instanceof WrongNumber)) throw error;
    yield* writeText(process.stderr, texts.wrongNumber(error.text));
    return texts.status.misuse;
  }
  const host = operands.at(-1);
  if (host === undefined) {
    yield* writeText(process.stderr, texts.noHost);
    return 1;
  }
  const { confinement, user = 'root' } = process.system ?? {};
  const raw = user === 'root' && confinement?.capabilities.has('NET_RAW') !== false;
  const allowed = process.net.echo !== undefined && (raw || confinement?.everybodyPings === true);
  if (!allowed && !texts.resolvesFirst) {
    yield* writeText(process.stderr, texts.notPermitted);
    return texts.status.notPermitted;
  }
  let address = host;
  try {
    if (!/^[\d.]+$/.test(host)) address = (yield* process.net.resolve(host))[0] ?? host;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* writeText(process.stderr, texts.unknown(host, error.message.endsWith('no such host')));
    return texts.status.unknown;
  }
  yield* writeText(process.stdout, texts.header(host, address, wish.size));
  if (!allowed) {
    yield* writeText(process.stderr, texts.notPermitted);
    return texts.status.notPermitted;
  }
  const tally = yield* sendAll(process, address, wish, texts);
  yield* writeText(process.stdout, texts.summary(host, tally));
  return tally.times.length === 0 || (process.now() >= wish.deadline && tally.times.length < wish.count) ? 1 : 0;
}

class WrongNumber extends Error {
  constructor(readonly text: string) {
    super('wrong number');
  }
}

interface Arrival {
  readonly sequence: number;
  readonly answer: EchoAnswer;
  readonly took: number;
}

/** Sends until there were enough, or the deadline or ^C comes; what comes back is told as it comes. */
function* sendAll(process: Process, address: string, wish: Wish, texts: PingTexts): Task<Tally> {
  const began = process.now();
  const tally: Tally = { sent: 0, errors: 0, times: [], pipe: 0, lasted: 0 };
  const arrived: Arrival[] = [];
  const running: Running[] = [];
  let wake: (() => void) | undefined;
  let interrupted = false;
  process.onSignal('INT', () => {
    interrupted = true;
    wake?.();
  });
  const request = (sequence: number): void => {
    const at = process.now();
    const answered = process.net.echo?.(address, { sequence, timeout: PATIENCE });
    if (answered === undefined) return;
    const one = run(
      answered,
      (answer) => {
        if (answer !== undefined) arrived.push({ sequence, answer, took: process.now() - at });
        wake?.();
      },
      () => {},
    );
    running.push(one);
  };
  let next = began;
  let end = wish.deadline;
  try {
    while (!interrupted) {
      const now = process.now();
      const arrival = arrived.shift();
      if (arrival !== undefined) {
        tally.lasted = now - began;
        tally.pipe = Math.max(tally.pipe, tally.sent - (arrival.sequence - texts.first));
        if (arrival.answer.kind === 'reply') tally.times.push(arrival.took);
        else if (texts.hearsErrors) tally.errors++;
        const text = wish.quiet ? '' : texts.arrival(arrival, wish.size);
        if (text !== '') yield* writeText(process.stdout, text);
        if (tally.times.length + tally.errors >= wish.count) break;
        continue;
      }
      if (now >= end) break;
      if (tally.sent < wish.count && now >= next) {
        request(texts.first + tally.sent++);
        tally.lasted = now - began;
        next += wish.interval;
        if (tally.sent === wish.count)
          end = Math.min(end, now + (tally.times.length === 0 ? wish.linger : Math.max(wish.interval, 2 * Math.max(...tally.times))));
        continue;
      }
      yield* until(process, tally.sent < wish.count ? Math.min(next, end) : end, (given) => (wake = given));
    }
    return tally;
  } finally {
    for (const one of running) one.kill();
  }
}

/** Waits until that time, or until it is woken. */
function* until(process: Process, time: number, onWake: (wake: (() => void) | undefined) => void): Task<void> {
  yield* suspend<void>((resume, fail) => {
    const sleeping = run(process.sleep(time - process.now()), () => resume(), fail);
    onWake(() => resume());
    return () => {
      onWake(undefined);
      sleeping.kill();
    };
  });
}
