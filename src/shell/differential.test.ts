import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BASH_CASES, CASES, DASH_CASES } from './differential.cases.ts';
import { FILE_CASES } from './differential.files.ts';
import { AWK_CASES, JQ_CASES } from './differential.utilities.ts';
import { runScript } from './test-machine.ts';

// Quotes of the C locale stand for the typographic ones of UTF-8.
const plain = (text: string): string => text.replace(/[‘’]/g, "'");

interface Answer {
  out: string;
  err: string;
  code: number | null;
}

/** Runs all scripts from one driver, each in an empty directory: cheaper than a child of this process for each. */
function real(shell: string, scripts: readonly string[]): Answer[] {
  const root = mkdtempSync(join(tmpdir(), 'kubernotes-'));
  scripts.forEach((script, i) => writeFileSync(join(root, `${i}.script`), script));
  const driver = `i=0; while [ $i -lt ${scripts.length} ]; do mkdir $i; text=$(cat $i.script; echo x); (cd $i; env -i HOME=/root PATH=/usr/bin:/bin LC_ALL=C ${shell} -c "\${text%x}" >../$i.out 2>../$i.err </dev/null; echo $? >../$i.code); i=$((i+1)); done`;
  spawnSync('sh', ['-c', driver], { cwd: root });
  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  const answers = scripts.map((_, i) => ({ out: read(`${i}.out`), err: read(`${i}.err`), code: Number(read(`${i}.code`)) }));
  rmSync(root, { recursive: true });
  return answers;
}

const has = (command: string, like: RegExp): boolean => like.test(spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout ?? '');
const isGnu = has('find --version; tar --version', /GNU findutils[^]*GNU tar/);
const isMawk = has('awk -W version 2>&1', /^mawk 1\.3/);
const isJq = has('jq --version', /^jq-1\.[67]/);
const isDash = spawnSync('sh', ['-c', 'nope_'], { encoding: 'utf8' }).stderr === 'sh: 1: nope_: not found\n';
const isBash = (spawnSync('bash', ['-c', 'echo $BASH_VERSION'], { encoding: 'utf8' }).stdout ?? '').startsWith('5.2');

// Scripts of several lines each, by topic, with `---` between them.
const FOLDER = new URL('./differential/', import.meta.url);
const SCRIPTS = readdirSync(FOLDER)
  .sort()
  .flatMap((name) => readFileSync(new URL(name, FOLDER), 'utf8').split(/^---\n/m))
  .map((script) => script.replace(/\n$/, ''));

// What they answered when this was recorded (`RECORD=1`), for machines that do not have them.
const RECORDED = new URL('./differential.recorded.json', import.meta.url);
const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, Answer>;
const answers: Record<string, Answer> = {};

describe.each([
  ['bash', [...CASES, ...BASH_CASES], isBash],
  ['bash', SCRIPTS, isBash && isGnu && isMawk && isJq],
  ['sh', [...CASES, ...DASH_CASES], isDash],
  ['sh', FILE_CASES, isDash && isGnu],
  ['sh', AWK_CASES, isDash && isMawk],
  ['sh', JQ_CASES, isDash && isJq],
] as const)('our %s answers as the one of this machine', (shell, cases, there) => {
  const theirs = there ? real(shell, cases) : cases.map((script) => recorded[`${shell} ${script}`]);
  cases.forEach((script, i) => {
    const answer = theirs[i];
    if (there && answer !== undefined) answers[`${shell} ${script}`] = answer;
  });
  it.skipIf(theirs[0] === undefined).each(cases.map((script, i) => [script, i] as const))('%s', (script, i) => {
    const ours = runScript(shell, script);
    const answer = theirs[i] as Answer;
    expect({ ...ours, out: plain(ours.out), err: plain(ours.err) }).toEqual({ ...answer, out: plain(answer.out), err: plain(answer.err) });
  });
});

afterAll(() => {
  if (process.env['RECORD'] === '1') writeFileSync(RECORDED, `${JSON.stringify({ ...recorded, ...answers }, null, 2)}\n`);
});
