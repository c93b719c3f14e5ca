import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { load } from 'js-yaml';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE, SECOND } from '../engine/sim/time.ts';
import { Session } from './session.ts';

// Statements of the course, tried out: what a learner types after `$ `, and what the terminal shows. `## id` names the statement
// (content/statements.yaml) that what follows shows true. Each file begins with a fresh cluster. UPDATE=1 writes the files anew.
const FOLDER = new URL('experiments/', import.meta.url);
const STATEMENTS = new URL('../content/statements.yaml', import.meta.url);

function replay(text: string): string {
  const scenario = parseScenario(
    { name: 'experiments', systemPods: false, nodes: [{ name: 'worker-1' }, { name: 'worker-2' }] },
    'experiments',
  );
  const session = new Session({ scenario, seed: 1, freeze: true });
  const { sim } = session.cluster;
  sim.runUntilQuiet();
  let shown = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) shown += `${line}\n`;
    if (!line.startsWith('$ ')) continue;
    const before = session.transcript('main').length;
    session.line('main', line.slice(2));
    sim.runUntilTrue(() => !session.terminal('main').busy, 60 * MINUTE);
    const screen = decode(session.transcript('main').subarray(before)).replace(/^\S*:\S*\$ .*\n/, '');
    shown += `${line}\n${masked(screen)}`;
    // What was told is done before the learner types on.
    sim.runUntilQuiet(10 * SECOND);
  }
  return shown;
}

/** Without what differs from run to run of another engine: generated names and times. */
function masked(screen: string): string {
  return screen
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, '-#####')
    .replace(/-\d{8}(?!\d)/g, '-########')
    .replace(/(?<=\s)(?:\d+[dhms]){1,2}(?= *(?:$|\s))/gm, (age) => '<age>'.padEnd(age.length).slice(0, Math.max(5, age.length)));
}

describe('experiments', () => {
  const known = new Set(JSON.stringify(load(readFileSync(STATEMENTS, 'utf8'))).match(/[a-z0-9-]+/g));
  for (const name of readdirSync(FOLDER).filter((each) => each.endsWith('.transcript'))) {
    it(
      name,
      () => {
        const file = new URL(name, FOLDER);
        const text = readFileSync(file, 'utf8');
        for (const [, id = ''] of text.matchAll(/^## (\S+)/gm)) expect(known, name).toContain(id);
        const shown = replay(text);
        if (process.env['UPDATE'] === '1') writeFileSync(file, shown);
        else expect(shown).toBe(text);
      },
      60_000,
    );
  }
});
