// Runs one row and prints its result as the last line: `node … bench/child.ts ./rows/<name>.ts`, or `--peer <nodes> <pods>`
// for what the peer is asked to do, done here.
import type { Result, Row } from './measure.ts';

const [file = '--peer'] = process.argv.slice(2);
const { row } = (file === '--peer' ? await import('./peer-scenario.ts') : await import(new URL(file, import.meta.url).href)) as {
  row: Row;
};
const phases = row.run();
const result: Result = { phases, memory: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(result));
