import type { Program } from '../engine/os/process.ts';
import { inBusybox } from './busybox.ts';
import { ash, bash, sh } from './sh.ts';
import { UTILITIES } from './utilities/index.ts';

const SHARED =
  '[ awk base64 basename cat chmod clear cp cut date diff dirname echo egrep env false grep head hostname id ln ls mkdir mv printenv printf pwd rm rmdir sed seq sleep sort tail tee test timeout touch tr true uname uniq wc which whoami xargs yes';

/** What Debian's slim base has: no curl, no wget, no ps, no kill but the shell's own. */
const DEBIAN = pick(SHARED);

/** busybox's applets, as the busybox and Alpine images link them. */
const BUSYBOX = pick(`${SHARED} kill nslookup ps watch wget`);

const PACKAGES: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  bash: { bash },
  curl: pick('curl'),
  procps: pick('kill ps watch'),
};

const made = new Map<string, Readonly<Record<string, Program>>>();

/** The programs that an image carries beside its own: a distribution, and what was installed on top (`alpine+curl`). */
export function containerPrograms(flavour: string): Readonly<Record<string, Program>> {
  let programs = made.get(flavour);
  if (programs === undefined) {
    const [base = '', ...packages] = flavour.split('+');
    programs = Object.assign(
      {},
      base === 'debian'
        ? { ...DEBIAN, sh, dash: sh, bash }
        : { ...Object.fromEntries(Object.entries(BUSYBOX).map(([name, program]) => [name, inBusybox(name, program)])), sh: ash, ash },
      ...packages.map((name) => PACKAGES[name] ?? {}),
    ) as Readonly<Record<string, Program>>;
    made.set(flavour, programs);
  }
  return programs;
}

function pick(names: string): Readonly<Record<string, Program>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, UTILITIES[name] as Program]));
}
