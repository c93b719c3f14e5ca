import type { Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { packageBase, type PackageBase } from '../packages.ts';
import { readFlags } from './flags.ts';

const READING = 'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n';

/** `apt-get update|install`: of the packages of Kubernetes. */
export function* aptGet(process: Process): Task<number> {
  const flags = readFlags(
    process.argv.slice(1),
    'y/yes assume-yes q/quiet allow-change-held-packages allow-downgrades no-install-recommends',
  );
  if (typeof flags === 'string') return yield* fail(process, `E: Command line option '${flags}' is not understood`);
  const [verb, ...wanted] = flags.operands;
  if (verb === 'update') {
    const repositories = ['v1.35', 'v1.36'].map((minor, i) => `Hit:${i + 1} https://pkgs.k8s.io/core:/stable:/${minor}/deb  InRelease\n`);
    yield* writeText(process.stdout, `${repositories.join('')}Reading package lists... Done\n`);
    return 0;
  }
  if (verb !== 'install')
    return yield* fail(process, `E: Invalid operation ${verb ?? ''}, or one that is not modelled here: there are update and install`);
  const base = packageBase(process);
  if (base === undefined) return yield* fail(process, 'E: no packages on this machine');
  yield* writeText(process.stdout, READING);
  const changes: [string, string][] = [];
  for (const each of wanted) {
    const [name = '', pattern] = each.split('=');
    if (!base.installed.has(name)) return yield* fail(process, `E: Unable to locate package ${name}`);
    const version = base.find(pattern);
    if (version === undefined) return yield* fail(process, `E: Version '${pattern ?? ''}' for '${name}' was not found`);
    if (base.installed.get(name) !== version) changes.push([name, version]);
    else yield* writeText(process.stdout, `${name} is already the newest version (${version}).\n`);
  }
  const held = changes.map(([name]) => name).filter((name) => base.held.has(name));
  if (held.length > 0 && !flags.given.has('allow-change-held-packages'))
    return yield* fail(
      process,
      `The following held packages will be changed:\n  ${held.join(' ')}\nE: Held packages were changed and -y was used without --allow-change-held-packages.`,
    );
  yield* writeText(process.stdout, `${changes.length} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`);
  for (const [name, version] of changes) {
    yield* process.sleep(2000);
    base.installed.set(name, version);
    yield* writeText(process.stdout, `Setting up ${name} (${version}) ...\n`);
  }
  return 0;
}

/** `apt-mark hold|unhold|showhold`. */
export function* aptMark(process: Process): Task<number> {
  const [verb, ...names] = process.argv.slice(1);
  const base = packageBase(process) as PackageBase;
  if (verb === 'showhold') {
    yield* writeText(process.stdout, [...base.held].map((name) => `${name}\n`).join(''));
    return 0;
  }
  if (verb !== 'hold' && verb !== 'unhold') return yield* fail(process, `E: Invalid operation ${verb ?? ''}`);
  for (const name of names) {
    if (!base.installed.has(name)) return yield* fail(process, `E: Unable to locate package ${name}`);
    const was = base.held.has(name);
    if (verb === 'hold') base.held.add(name);
    else base.held.delete(name);
    yield* writeText(
      process.stdout,
      verb === 'hold'
        ? `${name} ${was ? 'was already' : 'set on'} ${was ? 'set on hold' : 'hold'}.\n`
        : was
          ? `Canceled hold on ${name}.\n`
          : `${name} was already not on hold.\n`,
    );
  }
  return 0;
}

/** `apt-cache madison NAME`. */
export function* aptCache(process: Process): Task<number> {
  const [verb, name = ''] = process.argv.slice(1);
  const base = packageBase(process) as PackageBase;
  if (verb !== 'madison' || !base.installed.has(name)) return yield* fail(process, `N: Unable to locate package ${name}`);
  const line = (version: string): string =>
    `   ${name} | ${version} | https://pkgs.k8s.io/core:/stable:/v${version.slice(0, 4)}/deb  Packages\n`;
  yield* writeText(process.stdout, base.available.map(line).join(''));
  return 0;
}

function* fail(process: Process, text: string): Task<number> {
  yield* writeText(process.stderr, `${text}\n`);
  return 100;
}
