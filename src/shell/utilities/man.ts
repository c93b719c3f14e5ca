import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';

/** One line a program: what it is for, and the options that are modelled. */
const PAGES: Readonly<Record<string, string>> = {
  base64: 'base64 [-d] [-w COLS] [FILE]: encode or decode',
  cat: 'cat [-nbsAET] [FILE...]: print files',
  chmod: 'chmod [-R] MODE FILE...: change permissions',
  cp: 'cp [-r] SOURCE... DEST: copy files',
  curl: 'curl [-sSfvikLI] [-o FILE] [-X METHOD] [-H HEADER] [-d DATA] [-m SECONDS] [-w FORMAT] URL: make an HTTP request',
  cut: 'cut -d CHAR -f LIST | -c LIST [FILE...]: select columns',
  date: 'date [-u] [-d TIME] [+FORMAT]: print the virtual time',
  diff: 'diff [-uNqr] LEFT RIGHT: compare files',
  env: 'env [-i] [-u NAME] [NAME=VALUE...] [COMMAND]: print or change the environment',
  grep: 'grep [-EFivnclowxqrh] [-A N] [-B N] [-C N] [-m N] PATTERN [FILE...]: print lines that match',
  head: 'head [-n N] [-c N] [FILE...]: the first lines',
  kubectl: 'kubectl COMMAND: controls the cluster; see kubectl help',
  ls: 'ls [-laA1dhRrtSF] [FILE...]: list files',
  column: 'column [-t] [-s CHARS] [FILE...]: set lines in columns',
  dig: 'dig [+short] [+search] NAME: ask the resolver',
  jq: 'jq [-rcSsne] FILTER [FILE...]: take JSON apart',
  less: 'less FILE: a screen at a time; Enter shows more, q leaves',
  nc: 'nc [-zvlNk] [-w SECONDS] HOST PORT: connect, try a port, or listen',
  openssl: 'openssl genrsa | genpkey | ecparam | req | x509 | rand | dgst | base64: keys and certificates',
  yq: 'yq [-i] [-o json] EXPRESSION [FILE...]: take YAML apart',
  nslookup: 'nslookup HOST: ask the resolver',
  sed: "sed [-nEis] [-f FILE] 's/A/B/g' [FILE...]: edit lines; all of GNU's commands but e F R v W",
  sort: 'sort [-nruhfV] [-k KEY] [-t CHAR] [FILE...]: sort lines',
  tail: 'tail [-n N] [-c N] [-f] [FILE...]: the last lines',
  tr: 'tr [-dsc] SET1 [SET2]: replace characters',
  watch: 'watch [-n SECONDS] [-t] COMMAND: run again and again; ^C ends it',
  wc: 'wc [-lwcm] [FILE...]: count',
  wget: 'wget [-q] [-O FILE] [-T SECONDS] URL: fetch over HTTP',
  xargs: 'xargs [-n N] [-I TEXT] [-r0t] COMMAND: arguments from standard input',
};

export function* man(process: Process): Task<number> {
  const [name] = process.argv.slice(1);
  if (name === undefined) {
    yield* writeText(process.stderr, "What manual page do you want?\nFor example, try 'man man'.\n");
    return 1;
  }
  const page = PAGES[name];
  if (page === undefined) {
    yield* writeText(process.stderr, `No manual entry for ${name}\n`);
    return 16;
  }
  yield* writeText(process.stdout, `${page}\n`);
  return 0;
}
