// npm run bench [-- --only open,idle] [--all] [--no-peer] [--limit 300] [--json FILE]
//
// Measures each row of "Sizes that shape the design" in a process of its own, the same scenario for a peer where it can
// play it, and prints one table. Nothing is asserted: machines differ. Compare runs of one machine.
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Phase, Result, Row } from './measure.ts';
import { PEER, installPeer, peerCommand } from './peer.ts';
import { table, type Outcome } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    'no-peer': { type: 'boolean', default: false },
    limit: { type: 'string' },
    json: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
/** Seconds for each process. */
const limitOf = ({ heavy }: Row): number => Number(values.limit ?? (heavy === true ? 1800 : 300));
const here = fileURLToPath(new URL('.', import.meta.url));
const CHILD = [...process.execArgv, fileURLToPath(new URL('child.ts', import.meta.url))];

const machine = `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
console.log(`${machine}, load ${(loadavg()[0] ?? 0).toFixed(1)}\n`);
let peerMissing: string | undefined;
let peerWanted = !values['no-peer'];
const outcomes: Outcome[] = [];
const files = readdirSync(`${here}rows`).filter((name) => name.endsWith('.ts'));
for (const file of files.toSorted()) {
  if (wanted !== undefined && !wanted.some((part) => file.includes(part))) continue;
  const { row } = (await import(`./rows/${file}`)) as { row: Row };
  if (row.heavy === true && !values.all && wanted === undefined) {
    console.log(`${row.title}\n  left out: takes minutes and gigabytes; ask with --all or --only ${file.replace('.ts', '')}\n`);
    continue;
  }
  console.log(row.title);
  const ours = await runChild(limitOf(row), process.execPath, [...CHILD, `./rows/${file}`]);
  print('', ours);
  let peer: Result | string | undefined;
  if (row.peer !== undefined && peerWanted) {
    peerMissing = installPeer();
    peerWanted = peerMissing === undefined;
    if (peerWanted) print(`${PEER} `, (peer = await runChild(limitOf(row), process.execPath, peerCommand(...row.peer))));
  }
  console.log('');
  outcomes.push({ title: row.title, lines: row.lines, ours, ...(peer === undefined ? {} : { peer }) });
}
console.log(table(outcomes));
if (values['no-peer'] || peerMissing !== undefined)
  console.log(`\npeer ${PEER} left out${peerMissing === undefined ? '' : `: ${peerMissing}`}`);
else console.log(`\npeer: ${PEER}, the same scenario, clock stepped as fast as it goes`);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ machine, outcomes }, null, 2));

/** The child's last line as a result, or a sentence about why there is none. */
function runChild(limit: number, command: string, args: readonly string[]): Promise<Result | string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors, late] = ['', '', false];
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, 1000 * limit);
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) return resolve(`not done within ${limit} s (--limit)`);
      if (code !== 0) return resolve(`failed: ${errors.split('\n').find((line) => /Error/.test(line)) ?? `exit code ${code}`}`);
      resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '""') as Result);
    });
  });
}

/** Each phase as it comes in; the table at the end has the goals. */
function print(who: string, result: Result | string): void {
  if (typeof result === 'string') return console.log(`  ${who}${result}`);
  for (const phase of result.phases) console.log(`  ${who}${text(phase)}`);
  console.log(`  ${who}peak memory ${(result.memory / 2 ** 20).toFixed(0)} MiB`);
}

function text({ name, wall, cpu, slice, virtual, note }: Phase): string {
  const timed = wall >= 0.05;
  return [
    name.padEnd(timed ? 16 : 44),
    ...(timed ? [`${wall.toFixed(wall < 10 ? 1 : 0)} ms wall`.padStart(15), `${cpu.toFixed(0)} ms CPU`.padStart(13)] : []),
    ...(slice === undefined ? [] : [`longest slice ${slice.toFixed(1)} ms`]),
    ...(virtual === undefined ? [] : [`${(virtual / 1000).toFixed(1)} s virtual`]),
    ...(note === undefined ? [] : [note]),
  ].join('  ');
}
