// Reads a recording from standard input, replays it, prints the hash of the log.
import { readFileSync } from 'node:fs';
import type { Recording } from '../src/engine/sim/recorder.ts';
import { Session } from '../src/workers/session.ts';

const recording = JSON.parse(readFileSync(0, 'utf8')) as Recording;
const session = new Session({ seed: recording.seed });
session.replay(recording);
console.log(session.hash());
