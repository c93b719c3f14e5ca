import type { Program } from '../engine/os/process.ts';
import { made, part, rare } from '../engine/os/rare.ts';
import { editAtTerminal } from './remote-editing.ts';
import { createEditor } from './utilities/editor.ts';
import { inBusybox } from './busybox.ts';
import { ash, bash, sh } from './sh.ts';
import { machineTools } from './utilities/machine-tools.ts';
import { pager } from './utilities/pager.ts';
import { top } from './utilities/top.ts';
import { UTILITIES } from './utilities/index.ts';

const SHARED =
  'cmp expand expr nproc od sha384sum shuf split sync truncate tty unexpand [ awk base64 basename cat chmod chown chroot clear comm cp cut date dd diff dirname du echo egrep env false find fold grep gunzip gzip head hostname id ln ls md5sum mkdir mktemp mv nl paste printenv printf pwd readlink realpath rm rmdir sed seq sha1sum sha256sum sha512sum sleep sort stat tac tail tar tee test timeout touch tr true uname uniq wc which whoami xargs yes zcat';

/** Shows its text at the terminal from which somebody is logged in. */
const EDITOR = made(part(createEditor), (create) => create(editAtTerminal));

/** What Debian's slim base has: no curl, no wget, no ps, no kill but the shell's own. */
const DEBIAN = {
  ...pick(`${SHARED} join numfmt`),
  ...machineTools('df findmnt lsns mount nsenter pidof umount unshare'),
  more: rare(pager),
};

/** busybox's applets, as the busybox and Alpine images link them. */
const BUSYBOX = pick(`${SHARED} hexdump nc xxd rev kill nslookup ping ps top watch wget`);
const BUSYBOX_TOOLS = {
  ...machineTools(
    'df free ifconfig ip killall mount netstat nsenter pgrep pidof pkill pstree route traceroute umount unshare uptime',
    true,
  ),
  vi: EDITOR,
  less: rare(pager),
  more: rare(pager),
};

const PACKAGES: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  bash: { bash },
  curl: pick('curl'),
  procps: { ...pick('kill ps watch'), top: rare(top), ...machineTools('free pgrep pkill uptime') },
  iproute2: machineTools('ip ss'),
  psmisc: machineTools('killall pstree'),
  nettools: machineTools('ifconfig netstat route'),
  traceroute: machineTools('traceroute'),
  jq: pick('jq'),
  editors: { vi: EDITOR, vim: EDITOR, nano: EDITOR },
  kernel: machineTools('ipvsadm lsmod modprobe nft swapoff swapon sysctl'),
  less: { less: rare(pager) },
  dnsutils: pick('dig host nslookup'),
  netcat: pick('nc'),
  iputils: pick('ping'),
};

const flavours = new Map<string, Readonly<Record<string, Program>>>();

/** The programs that an image carries beside its own: a distribution, and what was installed on top (`alpine+curl`). */
export function containerPrograms(flavour: string): Readonly<Record<string, Program>> {
  let programs = flavours.get(flavour);
  if (programs === undefined) {
    const [base = '', ...packages] = flavour.split('+');
    programs = Object.assign(
      {},
      base === 'scratch'
        ? {}
        : base === 'debian'
          ? { ...DEBIAN, sh, dash: sh, bash }
          : {
              ...Object.fromEntries(Object.entries(BUSYBOX).map(([name, program]) => [name, inBusybox(name, program)])),
              ...BUSYBOX_TOOLS,
              sh: ash,
              ash,
            },
      ...packages.map((name) => PACKAGES[name] ?? {}),
    ) as Readonly<Record<string, Program>>;
    flavours.set(flavour, programs);
  }
  return programs;
}

function pick(names: string): Readonly<Record<string, Program>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, UTILITIES[name] as Program]));
}
