import type { Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { DAY, HOUR, MINUTE, SECOND, type Millis } from '../../../sim/time.ts';
import type { JournalLine } from '../journal/line.ts';
import { journalOf } from '../system-bus.ts';
import { readFlags } from './flags.ts';
import { follow } from './follow.ts';

const FLAGS =
  'u/unit= n/lines= f/follow S/since= U/until= no-pager o/output= r/reverse p/priority= b/boot x/catalog e/pager-end q/quiet t/identifier= g/grep= a/all no-hostname utc';
const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
const FORMATS = ['short', 'short-iso', 'short-precise', 'short-unix', 'cat', 'json', 'json-pretty'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `journalctl`: the machine's journal, of all units or of those named. */
export function* journalctl(process: Process): Task<number> {
  const say = function* (text: string): Task<number> {
    yield* writeText(process.stderr, `${text}\n`);
    return 1;
  };
  // `-n` may stand alone: ten lines.
  const args = process.argv
    .slice(1)
    .flatMap((arg, i, all) => (arg === '-n' && !/^(\d+|all)$/.test(all[i + 1] ?? '') ? ['-n', '10'] : [arg]));
  const flags = readFlags(args, FLAGS);
  if (typeof flags === 'string')
    return yield* say(
      flags.endsWith('=')
        ? `journalctl: option requires an argument -- '${flags.slice(0, -1).replace(/^-+/, '')}'`
        : flags.startsWith('--')
          ? `journalctl: unrecognized option '${flags}'`
          : `journalctl: invalid option -- '${flags.slice(1)}'`,
    );
  const { given, operands } = flags;
  if (operands.length > 0) return yield* say(`Failed to add match '${operands[0] ?? ''}': Invalid argument`);
  const format = given.get('output') ?? 'short';
  if (!FORMATS.includes(format)) return yield* say(`Unknown output format '${format}'.`);
  const now = process.now();
  const since = readTime(given.get('since'), now);
  const until = readTime(given.get('until'), now);
  if (Number.isNaN(since)) return yield* say(`Failed to parse timestamp: ${given.get('since') ?? ''}`);
  if (Number.isNaN(until)) return yield* say(`Failed to parse timestamp: ${given.get('until') ?? ''}`);
  const priority = given.get('priority');
  const level = priority === undefined ? 7 : /^[0-7]$/.test(priority) ? Number(priority) : PRIORITIES.indexOf(priority);
  if (level < 0) return yield* say(`Unknown log level ${priority ?? ''}`);
  const journal = journalOf(process);
  if (journal === undefined) return yield* say('No journal files were found.');
  const units = given
    .get('unit')
    ?.split('\n')
    .map((unit) => (/\.[a-z]+$/.test(unit) ? unit : `${unit}.service`));
  const grep = given.has('grep') ? new RegExp(given.get('grep') as string) : undefined;
  const fits = (line: JournalLine): boolean =>
    (units === undefined || units.includes(line.unit)) &&
    line.priority <= level &&
    (given.get('identifier') === undefined || given.get('identifier') === line.identifier) &&
    (grep === undefined || grep.test(line.message)) &&
    (since === undefined || line.at >= since) &&
    (until === undefined || line.at <= until);
  const show = (line: JournalLine): string => `${journalText(line, process.hostname, format)}\n`;

  const all = journal.lines().filter(fits);
  const count = given.get('lines') ?? (given.has('follow') ? '10' : given.has('pager-end') ? '1000' : 'all');
  const shown = count === 'all' ? all : all.slice(Math.max(0, all.length - Number(count)));
  if (given.has('reverse')) shown.reverse();
  if (shown.length === 0 && !given.has('follow') && !given.has('quiet')) yield* writeText(process.stdout, '-- No entries --\n');
  yield* writeText(process.stdout, shown.map(show).join(''));
  if (!given.has('follow')) return 0;

  yield* follow<JournalLine>(
    (next) =>
      journal.follow((line) => {
        if (fits(line)) next(line);
      }),
    (line) => writeText(process.stdout, show(line)),
  );
  return 0;
}

export function journalText({ at, identifier, pid, message, unit, priority }: JournalLine, hostname: string, format: string): string {
  const iso = new Date(at).toISOString();
  const rest = `${hostname} ${identifier}[${pid}]: ${message}`;
  switch (format) {
    case 'cat':
      return message;
    case 'short-iso':
      return `${iso.slice(0, 19)}+00:00 ${rest}`;
    case 'short-unix':
      return `${(at / 1000).toFixed(6)} ${rest}`;
    case 'json':
    case 'json-pretty': {
      const fields = {
        __REALTIME_TIMESTAMP: `${at}000`,
        PRIORITY: String(priority),
        SYSLOG_IDENTIFIER: identifier,
        _PID: String(pid),
        _SYSTEMD_UNIT: unit,
        _HOSTNAME: hostname,
        MESSAGE: message,
      };
      return format === 'json' ? JSON.stringify(fields) : JSON.stringify(fields, null, '\t');
    }
    default: {
      const time = format === 'short-precise' ? `${iso.slice(11, 23)}000` : iso.slice(11, 19);
      return `${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''} ${iso.slice(8, 10)} ${time} ${rest}`;
    }
  }
}

const SPANS: readonly (readonly [RegExp, Millis])[] = [
  [/^(s|sec|secs|second|seconds)$/, SECOND],
  [/^(m|min|mins|minute|minutes)$/, MINUTE],
  [/^(h|hr|hour|hours)$/, HOUR],
  [/^(d|day|days)$/, DAY],
  [/^(w|week|weeks)$/, 7 * DAY],
];

/** systemd.time(7): an instant, `10 min ago`, `-5m`, `today`. NaN for what is none. */
function readTime(text: string | undefined, now: Millis): Millis | undefined {
  if (text === undefined) return undefined;
  const midnight = now - (now % DAY);
  if (text === 'now') return now;
  if (text === 'today') return midnight;
  if (text === 'yesterday') return midnight - DAY;
  const relative = /^(-|\+)?((?:\d+\s*[a-z]+\s*)+?)(\s+ago)?$/.exec(text);
  if (relative !== null && (relative[1] !== undefined || relative[3] !== undefined)) {
    let sum = 0;
    for (const [, count, unit = ''] of (relative[2] ?? '').matchAll(/(\d+)\s*([a-z]+)/g))
      sum += Number(count) * (SPANS.find(([name]) => name.test(unit))?.[1] ?? Number.NaN);
    return relative[1] === '+' ? now + sum : now - sum;
  }
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock !== null) return midnight + Number(clock[1]) * HOUR + Number(clock[2]) * MINUTE + Number(clock[3] ?? 0) * SECOND;
  const day = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?)?Z?(?: UTC)?$/.exec(text);
  return day === null ? Number.NaN : Date.parse(`${day[1]}T${day[2] ?? '00:00'}${day[3] ?? ':00'}Z`);
}
