import type { Process, Program, Writer } from '../engine/os/process.ts';
import { rare } from '../engine/os/rare.ts';
import { decode, encode } from '../engine/os/text.ts';
import { busyboxDd } from './utilities/dd.ts';
import { busyboxNc } from './utilities/nc.ts';
import { busyboxPing } from './utilities/ping.ts';
import { busyboxPs } from './utilities/ps.ts';
import { busyboxTop } from './utilities/top.ts';

/** GNU's sentences on the left, busybox's for the same on the right. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^(\S+): (?:invalid option -- '(.)'|unrecognized option '(.*)')$/, '$1: unrecognized option: $2$3'],
  [/^(\S+): option requires an argument -- '(.)'$/, '$1: option requires an argument: $2'],
  [/^Try '\S+ --help' for more information\.$/, ''],
  [/^cat: (.*): No such file or directory$/, "cat: can't open '$1': No such file or directory"],
  [/^cat: .*: Is a directory$/, 'cat: read error: Is a directory'],
  [/^ls: cannot access '(.*)': (.*)$/, 'ls: $1: $2'],
  [/^ls: cannot open directory '(.*)': (.*)$/, "ls: can't open '$1': $2"],
  [/^rm: cannot remove '(.*)': Is a directory$/, "rm: '$1' is a directory"],
  [/^rm: cannot remove '(.*)': (.*)$/, "rm: can't remove '$1': $2"],
  [/^rmdir: failed to remove '(.*)': (.*)$/, "rmdir: '$1': $2"],
  [/^mkdir: cannot create directory ‘(.*)’: (.*)$/, "mkdir: can't create directory '$1': $2"],
  [/^cp: cannot stat '(.*)': (.*)$/, "cp: can't stat '$1': $2"],
  [/^cp: -r not specified; omitting directory '(.*)'$/, "cp: omitting directory '$1'"],
  [/^cp: cannot create (?:regular file|directory) '(.*)': (.*)$/, "cp: can't create '$1': $2"],
  [/^mv: cannot stat '(.*)': (.*)$/, "mv: can't rename '$1': $2"],
  [/^mv: cannot move '(.*)' to '.*': (.*)$/, "mv: can't rename '$1': $2"],
  [/^touch: cannot touch '(.*)': (.*)$/, 'touch: $1: $2'],
  [/^chmod: cannot access '(.*)': (.*)$/, 'chmod: $1: $2'],
  [/^chown: (?:changing ownership of|cannot access) '(.*)': (.*)$/, 'chown: $1: $2'],
  [/^head: cannot open '(.*)' for reading: (.*)$/, 'head: $1: $2'],
  [/^tail: cannot open '(.*)' for reading: (.*)$/, "tail: can't open '$1': $2"],
  [/^(sleep|timeout): invalid time interval ‘(.*)’$/, "$1: invalid number '$2'"],
  [/^date: invalid date ‘(.*)’$/, "date: invalid date '$1'"],
  [/^tar: Removing leading `\/' from member names$/, "tar: removing leading '/' from member names"],
  [/^tar: (.*): Cannot stat: (.*)$/, 'tar: $1: $2'],
  [/^tar: Exiting with failure status due to previous errors$/, 'tar: error exit delayed from previous errors'],
  [/^tar: (.*): Not found in archive$/, 'tar: $1: not found in archive'],
  [/^find: ‘(.*)’: (.*)$/, 'find: $1: $2'],
  [/^(?:stat: cannot statx) '(.*)': (.*)$/, "stat: can't stat '$1': $2"],
  [/^wc: (.*): No such file or directory$/, "wc: can't open '$1': No such file or directory"],
];

/** A utility as busybox's applet of that name: its sentences, and `ps` with its own columns. */
export function inBusybox(name: string, program: Program): Program {
  return OWN[name] ?? ((process) => program(speaking(process)));
}

function speaking(process: Process): Process {
  const { stderr } = process;
  const writer: Writer = {
    *write(bytes) {
      const lines = decode(bytes).split('\n');
      const said = lines.map((line) => SENTENCES.reduce((text, [gnu, busybox]) => text.replace(gnu, busybox), line));
      // A sentence that busybox does not say takes its line with it.
      yield* stderr.write(encode(said.filter((line, i) => line !== '' || lines[i] === '').join('\n')));
    },
    close: () => {},
  };
  return Object.create(process, { stderr: { value: writer, enumerable: true } }) as Process;
}

const OWN: Readonly<Record<string, Program>> = {
  ps: rare(busyboxPs),
  dd: rare(busyboxDd),
  nc: rare(busyboxNc),
  ping: rare(busyboxPing),
  top: rare(busyboxTop),
};
