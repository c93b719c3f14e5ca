import type { Program } from '../../engine/os/process.ts';
import { rare } from '../../engine/os/rare.ts';
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
import { numfmt } from './numfmt.ts';
import { printf } from './printf.ts';
import { pwd } from './pwd.ts';
import { sed } from './sed.ts';
import { seq, yes } from './seq.ts';
import { cmp, nproc, split, sync, truncate, tty } from './small-commands.ts';
import { sort } from './sort.ts';
import { ps } from './ps.ts';
import { clear, env, hostname, id, kill, printenv, uname, which, whoami } from './system-commands.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { tee } from './tee.ts';
import { test } from './test.ts';
import { sleep } from './sleep.ts';
import { date, timeout, watch } from './time-commands.ts';
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
  basename, cat, chmod, cp, dirname, grep: rare(grep), egrep: rare(grep), head, ln, ls, mkdir, mv,
  echo: (process) => echo(process),
  false: exitWith(1),
  printf, pwd, rm, rmdir, sleep, tee,
  test: (process) => test(process),
  touch,
  true: exitWith(0),
  clear: rare(clear), date: rare(date), env: rare(env), hostname: rare(hostname), id: rare(id), kill: rare(kill), printenv: rare(printenv), ps: rare(ps),
  timeout: rare(timeout), uname: rare(uname), watch: rare(watch), which: rare(which), whoami: rare(whoami),
  awk: rare(awk), jq: rare(jq), yq: rare(yq), diff: rare(diff), find: rare(find), sed: rare(sed), sort: rare(sort), tail: rare(tail), xargs: rare(xargs), seq: rare(seq), yes: rare(yes), man: rare(man), expr: rare(expr), dd: rare(dd),
  curl: rare(curl), wget: rare(wget), nslookup: rare(nslookup), dig: rare(dig), host: rare(host), nc: rare(nc), ping: rare(ping),
  numfmt: rare(numfmt), tar: rare(tar), gzip: rare(gzip), gunzip: rare(gunzip), zcat: rare(zcat), chown: rare(chown), chroot: rare(chroot),
  du: rare(du), mktemp: rare(mktemp), readlink: rare(readlink), realpath: rare(realpath), stat: rare(stat),
  md5sum: rare(md5sum), sha1sum: rare(sha1sum), sha256sum: rare(sha256sum), sha384sum: rare(sha384sum), sha512sum: rare(sha512sum),
  cmp: rare(cmp), nproc: rare(nproc), split: rare(split), sync: rare(sync), truncate: rare(truncate), tty: rare(tty),
  column: rare(column), expand: rare(expand), join: rare(join), shuf: rare(shuf), hexdump: rare(hexdump), od: rare(od), unexpand: rare(unexpand), xxd: rare(xxd),
  base64: rare(base64), cut: rare(cut), tr: rare(tr), uniq: rare(uniq), wc: rare(wc), comm: rare(comm), fold: rare(fold), nl: rare(nl), paste: rare(paste), rev: rare(rev), tac: rare(tac),
}; // prettier-ignore
