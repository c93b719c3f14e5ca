import { expect, it } from 'vitest';
import { Session } from './session.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it('keeps what the screen showed: prompts and typed lines with the output', () => {
  const session = new Session({ seed: 3 });
  session.line('main', 'echo one');
  session.line('main', 'cat');
  session.cluster.sim.runFor(100);
  session.line('main', 'typed');
  session.signal('main', 'INT');
  session.cluster.sim.runFor(100);
  expect(text(session.transcript('main'))).toBe('learner@kubernotes:~$ echo one\none\nlearner@kubernotes:~$ cat\ntyped\ntyped\n^C\n');
});

it('shows the past up to an entry of the log, line by line', () => {
  const session = new Session({ seed: 3 });
  const { log } = session.cluster.sim;
  const before = log.entries.length;
  session.line('main', 'echo one');
  const between = log.entries.length;
  session.cluster.sim.runFor(1000);
  session.line('main', 'kubectl get namespaces -o name');
  session.cluster.sim.runFor(1000);
  expect(text(session.transcript('main', before))).toBe('');
  expect(text(session.transcript('main', between))).toBe('learner@kubernotes:~$ echo one\none\n');
  expect(text(session.transcript('main'))).toContain('namespace/default\n');
  // A replay has the same screen at the same entries.
  const again = new Session({ seed: 3 });
  again.replay(session.recording());
  for (const seq of [before, between, log.entries.length]) expect(again.transcript('main', seq)).toEqual(session.transcript('main', seq));
});

it('knows no screen of a terminal that was never opened', () => {
  expect(new Session({ seed: 3 }).transcript('other')).toEqual(new Uint8Array());
});
