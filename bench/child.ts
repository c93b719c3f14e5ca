// Runs one row and prints its result as the last line: `node … bench/child.ts ./rows/<name>.ts`.
import type { Result, Row } from './measure.ts';

const [file = ''] = process.argv.slice(2);
const { row } = (await import(new URL(file, import.meta.url).href)) as { row: Row };
const phases = await row.run();
const result: Result = { phases, memory: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(result));
