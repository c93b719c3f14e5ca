import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeText, decode } from '../engine/os/text.ts';
import type { Program } from '../engine/os/process.ts';
import { Simulation } from '../engine/sim/simulation.ts';
import { TEST_NETWORK } from './test-machine.ts';
import { Workstation, type TerminalSession } from './workstation.ts';

// A transcript is what a terminal shows: after `$ ` or `> ` (the prompts, shortened) what is typed, then what the machine says.
// `^C ^Z ^D` as a whole typed line are keys; a typed `+5s` lets time go by. UPDATE=1 writes the files anew.
const FOLDER = new URL('.', import.meta.url);

const kubectl: Program = function* (process) {
  yield* writeText(process.stdout, `kubectl ${process.argv.slice(1).join(' ')}\n`);
  return 0;
};

function replay(text: string): string {
  const sim = new Simulation({ seed: 1 });
  const machine = new Workstation({
    sim,
    net: TEST_NETWORK,
    programs: { kubectl },
    kubeconfig: 'apiVersion: v1\nkind: Config\n',
    files: { 'pods.txt': 'NAME   READY\nweb-1  1/1\nweb-2  0/1\n', 'bin/greet': '#!/bin/sh\necho "hello $1"\n' },
  });
  const session = machine.open('main');
  let shown = '';
  session.onOutput((bytes) => (shown += decode(bytes)));
  for (const line of text.split('\n')) {
    const typed = /^(?:\$ |> |< )(.*)$/.exec(line)?.[1];
    if (line.startsWith('#')) shown += `${line}\n`;
    if (typed === undefined) continue;
    shown += `${mark(session)} ${typed}\n`;
    const key = /^\^([CZD])$/.exec(typed)?.[1];
    const pause = /^\+(\d+)s$/.exec(typed)?.[1];
    if (key === 'D') session.eof();
    else if (key !== undefined) session.signal(key === 'C' ? 'INT' : 'TSTP');
    else if (pause !== undefined) sim.runFor(Number(pause) * 1000);
    else session.line(typed);
    sim.runFor(500);
  }
  return shown;
}

/** `$` at PS1, `>` at PS2, `<` where a program runs or reads. */
function mark({ prompt, busy }: TerminalSession): string {
  return busy ? '<' : prompt === '> ' ? '>' : '$';
}

describe('transcripts', () => {
  for (const name of readdirSync(FOLDER).filter((each) => each.endsWith('.transcript'))) {
    it(name, () => {
      const file = new URL(name, FOLDER);
      const text = readFileSync(file, 'utf8');
      const shown = replay(text);
      if (process.env['UPDATE'] === '1') writeFileSync(file, shown);
      else expect(shown).toBe(text);
    });
  }
  it('is the same every time', () => {
    const text = '$ echo $RANDOM; date\n$ sleep 1 & sleep 2; jobs\n';
    expect(replay(text)).toBe(replay(text));
  });
});
