import type { Program } from '../engine/os/process.ts';
import { inBusybox } from './busybox.ts';
import { ash, bash, sh } from './sh.ts';
import { UTILITIES } from './utilities/index.ts';

const SHARED =
  'cmp expand expr nproc od sha384sum shuf split sync truncate tty unexpand [ awk base64 basename cat chmod chown chroot clear comm cp cut date dd diff dirname du echo egrep env false find fold grep gunzip gzip head hostname id ln ls md5sum mkdir mktemp mv nl paste printenv printf pwd readlink realpath rm rmdir sed seq sha1sum sha256sum sha512sum sleep sort stat tac tail tar tee test timeout touch tr true uname uniq wc which whoami xargs yes zcat';

/** What Debian's slim base has: no curl, no wget, no ps, no kill but the shell's own. */
const DEBIAN = pick(`${SHARED} join`);

/** busybox's applets, as the busybox and Alpine images link them. */
const BUSYBOX = pick(`${SHARED} hexdump nc xxd rev kill nslookup ping ps top watch wget`);

const PACKAGES: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  bash: { bash },
  curl: pick('curl'),
  procps: pick('kill ps top watch'),
  dnsutils: pick('dig host nslookup'),
  netcat: pick('nc'),
  iputils: pick('ping'),
};

const made = new Map<string, Readonly<Record<string, Program>>>();

/** The programs that an image carries beside its own: a distribution, and what was installed on top (`alpine+curl`). */
export function containerPrograms(flavour: string): Readonly<Record<string, Program>> {
  let programs = made.get(flavour);
  if (programs === undefined) {
    const [base = '', ...packages] = flavour.split('+');
    programs = Object.assign(
      {},
      base === 'scratch'
        ? {}
        : base === 'debian'
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
