import type { Program } from '../../engine/os/process.ts';
import { awk } from './awk/awk.ts';
import { base64 } from './base64.ts';
import { cat } from './cat.ts';
import { chroot } from './chroot.ts';
import { curl } from './curl.ts';
import { md5sum, sha1sum, sha256sum, sha384sum, sha512sum } from './checksums.ts';
import { cut } from './cut.ts';
import { dd } from './dd.ts';
import { dig } from './dig.ts';
import { host } from './host.ts';
import { diff } from './diff.ts';
import { echo } from './echo.ts';
import { basename, chmod, cp, dirname, ln, mkdir, mv, rm, rmdir, touch } from './file-commands.ts';
import { du, mktemp, readlink, realpath, stat } from './file-facts.ts';
import { find } from './find.ts';
import { grep } from './grep.ts';
import { gunzip, gzip, zcat } from './gzip.ts';
import { head } from './head.ts';
import { jq } from './jq/jq.ts';
import { hexdump, od, xxd } from './dumps.ts';
import { expr } from './expr.ts';
import { column, expand, join, shuf, unexpand } from './more-line-commands.ts';
import { chown } from './chown.ts';
import { comm, fold, nl, paste, rev, tac } from './line-commands.ts';
import { ls } from './ls.ts';
import { man } from './man.ts';
import { nc } from './nc.ts';
import { nslookup, wget } from './network-commands.ts';
import { ping } from './ping.ts';
import { printf } from './printf.ts';
import { pwd } from './pwd.ts';
import { sed } from './sed.ts';
import { seq, yes } from './seq.ts';
import { cmp, nproc, split, sync, truncate, tty } from './small-commands.ts';
import { sort } from './sort.ts';
import { clear, env, hostname, id, kill, printenv, ps, uname, which, whoami } from './system-commands.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { tee } from './tee.ts';
import { test } from './test.ts';
import { date, sleep, timeout, watch } from './time-commands.ts';
import { tr } from './tr.ts';
import { uniq } from './uniq.ts';
import { wc } from './wc.ts';
import { xargs } from './xargs.ts';
import { yq } from './yq.ts';

const exitWith = (code: number): Program =>
  function* () {
    return code;
  };

/** The programs of `/usr/bin`, for the workstation and for images that have them. */
export const UTILITIES: Readonly<Record<string, Program>> = {
  '[': (process) => test(process),
  awk, base64, basename, cat, chmod, chown, chroot, clear, cp, curl, cut, date, dd, diff, dirname, env, grep, egrep: grep, head, hostname, id, jq, kill, ln, ls, man, mkdir, mv,
  echo: (process) => echo(process),
  false: exitWith(1),
  host, nslookup, printenv, printf, ps, pwd, rm, rmdir, sed, seq, sleep, sort, tail, tee,
  test: (process) => test(process),
  timeout, touch, tr,
  true: exitWith(0),
  dig, nc, ping, yq, cmp, nproc, split, sync, truncate, tty,
  column, expand, expr, hexdump, join, od, shuf, unexpand, xxd,
  comm, du, find, fold, gunzip, gzip, md5sum, mktemp, nl, paste, readlink, realpath, rev, sha1sum, sha256sum, sha384sum, sha512sum, stat, tac, tar, zcat,
  uname, uniq, watch, wc, wget, which, whoami, xargs, yes,
}; // prettier-ignore
