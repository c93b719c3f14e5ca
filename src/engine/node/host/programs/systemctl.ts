import type { Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { DAY, HOUR, MINUTE, SECOND, type Millis } from '../../../sim/time.ts';
import { systemBus, type SystemBus } from '../system-bus.ts';
import { unitFile, type Unit } from '../systemd.ts';
import { readFlags } from './flags.ts';
import { journalText } from './journalctl.ts';
import { binarySize } from './units.ts';

const FLAGS = 'no-pager l/full a/all t/type= q/quiet now n/lines= state= no-legend plain force f';
const COMMANDS = [
  'status',
  'start',
  'stop',
  'restart',
  'is-active',
  'is-enabled',
  'enable',
  'list-units',
  'cat',
  'daemon-reload',
  'poweroff',
];

/** `systemctl`: the machine's services. */
export function* systemctl(process: Process): Task<number> {
  const out = (text: string): Task<void> => writeText(process.stdout, text);
  const fail = function* (text: string, status: number): Task<number> {
    yield* writeText(process.stderr, `${text}\n`);
    return status;
  };
  const flags = readFlags(process.argv.slice(1), FLAGS);
  if (typeof flags === 'string') return yield* fail(`systemctl: unrecognized option '${flags.replace(/=$/, '')}'`, 1);
  const [command = 'list-units', ...names] = flags.operands;
  const bus = systemBus(process);
  if (bus === undefined)
    return yield* fail(
      "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to system scope bus via local transport: Host is down",
      1,
    );
  const { systemd } = bus;
  switch (command) {
    case 'list-units':
      yield* out(listUnits(systemd.units()));
      return 0;
    case 'daemon-reload':
      return 0;
    case 'poweroff':
      systemd.powerOff();
      return 0;
    default:
      if (!COMMANDS.includes(command)) return yield* fail(`Unknown command verb '${command}', or one that is not modelled here.`, 1);
  }
  if (names.length === 0 && command !== 'status') return yield* fail('Too few arguments.', 1);
  let code = 0;
  for (const name of names.length === 0 ? ['kubelet'] : names) {
    const full = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
    const unit = systemd.unit(name);
    switch (command) {
      case 'is-active':
        if (!flags.given.has('quiet')) yield* out(unit?.active === true ? 'active\n' : 'inactive\n');
        code = unit?.active === true ? code : unit === undefined ? 4 : 3;
        break;
      case 'is-enabled':
        if (unit === undefined) return yield* fail(`Failed to get unit file state for ${full}: No such file or directory`, 1);
        yield* out('enabled\n');
        break;
      case 'status':
        if (unit === undefined) {
          code = yield* fail(`Unit ${full} could not be found.`, 4);
          break;
        }
        yield* out(status(unit, bus, process, Number(flags.given.get('lines') ?? 10)));
        if (!unit.active) code = 3;
        break;
      case 'enable':
        // All units are enabled; what `--now` adds is a start.
        if (unit === undefined) return yield* fail(`Failed to enable unit: Unit ${full} does not exist`, 1);
        if (flags.given.has('now') && !unit.active) systemd.act(unit, 'start');
        break;
      case 'cat':
        if (unit === undefined) return yield* fail(`No files found for ${full}.`, 1);
        yield* out(`# ${unit.file}\n${unitFile(unit)}`);
        break;
      default: {
        if (unit === undefined)
          return yield* fail(
            command === 'stop'
              ? `Failed to stop ${full}: Unit ${full} not loaded.`
              : `Failed to ${command} ${full}: Unit ${full} not found.`,
            5,
          );
        const problem = systemd.act(unit, command as 'start' | 'stop' | 'restart');
        if (problem !== undefined) return yield* fail(problem, 1);
      }
    }
  }
  return code;
}

function status(unit: Unit, { journal }: SystemBus, process: Process, lines: number): string {
  const { name, description, documentation, file, dropIn, active, since, pid, command, memory, tasks } = unit;
  const at = `${weekday(since)} ${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC; ${relative(process.now() - since)} ago`;
  const binary = (command[0] ?? '').replace(/:.*/, '').split('/').at(-1) ?? '';
  const rows = [
    `${active ? '●' : '○'} ${name} - ${description}`,
    `     Loaded: loaded (${file}; enabled; preset: enabled)`,
    ...(dropIn === undefined ? [] : [`    Drop-In: ${file}.d`, `             └─${dropIn}`]),
    active ? `     Active: active (running) since ${at}` : `     Active: inactive (dead) since ${at}`,
    `       Docs: ${documentation}`,
    ...(active
      ? [
          `   Main PID: ${pid} (${binary})`,
          `      Tasks: ${tasks}`,
          `     Memory: ${binarySize(memory)}`,
          `     CGroup: /system.slice/${name}`,
          `             └─${pid} ${command.join(' ')}`,
        ]
      : []),
  ];
  const written =
    lines <= 0
      ? []
      : journal
          .lines()
          .filter((line) => line.unit === name)
          .slice(-lines);
  const tail = written.length === 0 ? '' : `\n${written.map((line) => `${journalText(line, process.hostname, 'short')}\n`).join('')}`;
  return `${rows.join('\n')}\n${tail}`;
}

function listUnits(units: readonly Unit[]): string {
  const shown = units.filter(({ active }) => active);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const rows = shown.map(({ name, description }) => `  ${name.padEnd(width)} loaded active running ${description}\n`);
  return `  ${'UNIT'.padEnd(width)} LOAD   ACTIVE SUB     DESCRIPTION\n${rows.join('')}\nLegend: LOAD   → Reflects whether the unit definition was properly loaded.\n        ACTIVE → The high-level unit activation state, i.e. generalization of SUB.\n        SUB    → The low-level unit activation state, values depend on unit type.\n\n${shown.length} loaded units listed. Pass --all to see loaded but inactive units, too.\nTo show all installed unit files use 'systemctl list-unit-files'.\n`;
}

function weekday(at: Millis): string {
  return 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')[new Date(at).getUTCDay()] ?? '';
}

/** systemd's two largest units: `3min 20s`, `1h 5min`, `2 days`. */
function relative(duration: Millis): string {
  const part = (length: Millis, unit: string): string => (length === 0 ? '' : ` ${length}${unit}`);
  const days = Math.floor(duration / DAY);
  const hours = Math.floor((duration % DAY) / HOUR);
  const minutes = Math.floor((duration % HOUR) / MINUTE);
  const seconds = Math.floor((duration % MINUTE) / SECOND);
  if (days > 1) return `${days} days`;
  if (days === 1) return `1 day${part(hours, 'h')}`;
  if (hours > 0) return `${hours}h${part(minutes, 'min')}`;
  if (minutes > 0) return `${minutes}min${part(seconds, 's')}`;
  return seconds > 0 ? `${seconds}s` : `${duration}ms`;
}
