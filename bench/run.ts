// npm run bench [-- --only open,idle] [--all] [--no-peer] [--limit 300] [--json FILE]
//
// Measures each row of "Sizes that shape the design" in a process of its own, then the same scenarios for a peer, and
// prints tables. Nothing is asserted: machines differ. Compare runs of one machine.
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Phase, Result, Row } from './measure.ts';
import { PEER, PEER_SCENARIOS, installPeer, peerCommand } from './peer.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    'no-peer': { type: 'boolean', default: false },
    limit: { type: 'string', default: '300' },
    json: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
const limit = Number(values.limit) * 1000;
const here = fileURLToPath(new URL('.', import.meta.url));
const CHILD = [...process.execArgv, fileURLToPath(new URL('child.ts', import.meta.url))];

interface Outcome {
  title: string;
  target: string;
  result: Result | string;
}

console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`,
);
const outcomes: Outcome[] = [];
for (const file of readdirSync(`${here}rows`)
  .filter((name) => name.endsWith('.ts'))
  .toSorted()) {
  if (wanted !== undefined && !wanted.some((part) => file.includes(part))) continue;
  const { row } = (await import(`./rows/${file}`)) as { row: Row };
  if (row.heavy === true && !values.all && wanted === undefined) {
    console.log(`${row.title}\n  left out: takes minutes and gigabytes; ask with --all or --only ${file.replace('.ts', '')}\n`);
    continue;
  }
  const outcome = { title: row.title, target: row.target, result: await runChild(process.execPath, [...CHILD, `./rows/${file}`]) };
  outcomes.push(outcome);
  print(outcome);
}
if (!values['no-peer'] && (wanted === undefined || wanted.some((part) => 'peer'.includes(part)))) await comparePeer();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcomes, null, 2));

/** The same scenarios side by side: a Deployment is created, rolled and scaled to 0. */
async function comparePeer(): Promise<void> {
  console.log(`Beside ${PEER}: wall ms (longest slice) of each phase, peak memory`);
  const broken = installPeer();
  if (broken !== undefined) return console.log(`  left out: ${broken}`);
  for (const [nodes, pods] of PEER_SCENARIOS) {
    const ours = await runChild(process.execPath, [...CHILD, '--peer', String(nodes), String(pods)]);
    const theirs = await runChild(process.execPath, peerCommand(nodes, pods));
    for (const [who, result] of [
      ['kubernotes', ours],
      [PEER, theirs],
    ] as const) {
      outcomes.push({ title: `${nodes} nodes × ${pods} pods, ${who}`, target: '', result });
      const text =
        typeof result === 'string'
          ? result
          : `${result.phases.map(({ name, wall, slice = 0 }) => `${name} ${wall.toFixed(0)} (${slice.toFixed(0)})`).join(', ')}, ${megabytes(result.memory)}`;
      console.log(`  ${`${nodes}x${pods}`.padEnd(9)} ${who.padEnd(18)} ${text}`);
    }
  }
}

/** The child's last line as a result, or a sentence about why there is none. */
function runChild(command: string, args: readonly string[]): Promise<Result | string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors, late] = ['', '', false];
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) return resolve(`not done within ${limit / 1000} s (--limit)`);
      if (code !== 0) return resolve(`failed: ${errors.split('\n').find((line) => /Error/.test(line)) ?? `exit code ${code}`}`);
      resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '""') as Result);
    });
  });
}

function print({ title, target, result }: Outcome): void {
  console.log(`${title}${target === '' ? '' : `   [goal: ${target}]`}`);
  if (typeof result === 'string') return console.log(`  ${result}\n`);
  for (const phase of result.phases) console.log(`  ${line(phase)}`);
  console.log(`  peak memory ${megabytes(result.memory)}\n`);
}

function line({ name, wall, cpu, slice, virtual, note }: Phase): string {
  const timed = wall >= 0.05;
  return [
    name.padEnd(timed ? 16 : 44),
    ...(timed ? [`${wall.toFixed(wall < 10 ? 1 : 0)} ms wall`.padStart(15), `${cpu.toFixed(0)} ms CPU`.padStart(13)] : []),
    ...(slice === undefined ? [] : [`longest slice ${slice.toFixed(1)} ms`]),
    ...(virtual === undefined ? [] : [`${(virtual / 1000).toFixed(1)} s virtual`]),
    ...(note === undefined ? [] : [note]),
  ].join('  ');
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
