import { describe, expect, it } from 'vitest';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

function start(): Session & { run(line: string): void; shown(): string } {
  const session = new Session({ seed: 3, freeze: true });
  return Object.assign(session, {
    run(line: string): void {
      session.line('main', line);
      session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy || session.editing('main') !== undefined, MINUTE);
    },
    shown: () => new TextDecoder().decode(session.transcript('main')),
  });
}

const settle = (session: Session): void =>
  void session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy || session.editing('main') !== undefined, MINUTE);

describe('a text that is edited in the page', () => {
  it('goes on when it is saved, and a recording replays to the same log', () => {
    const session = start();
    session.run('kubectl create deployment web --image=nginx:1.27');
    session.news();
    session.run('kubectl edit deployment web');
    const edit = session.editing('main');
    expect(edit?.path).toMatch(/^\/tmp\/kubectl-edit-\d+\.yaml$/);
    expect(edit?.text).toContain('# Please edit the object below.');
    expect(session.news().edits).toEqual([{ session: 'main', edit }]);
    session.edited('main', edit?.text.replace('replicas: 1', 'replicas: 3'));
    settle(session);
    expect(session.news().edits).toEqual([{ session: 'main', edit: undefined }]);
    session.run('kubectl get deployment web -o jsonpath={.spec.replicas}');
    expect(session.shown()).toMatch(/deployment\.apps\/web edited\n.*\n?.*jsonpath.*\n3\n/);
    const twin = new Session({ seed: 3, freeze: true });
    twin.replay(session.recording());
    expect(twin.hash()).toBe(session.hash());
  });

  it('is what it was when it is given up, or its program is ended', () => {
    const session = start();
    session.run('echo one > notes; vi notes; echo status $?');
    session.edited('main', undefined);
    settle(session);
    session.run('nano notes');
    session.signal('main', 'INT');
    settle(session);
    expect(session.editing('main')).toBeUndefined();
    // An answer that comes too late is nobody's.
    session.edited('main', 'two');
    session.run('echo status $?; cat notes');
    expect(session.shown()).toContain('status 0\n');
    expect(session.shown()).toMatch(/status 130\none\n/);
  });

  it('is waited for again after a replay', () => {
    const session = start();
    session.run('vi notes');
    const twin = new Session({ seed: 3, freeze: true });
    twin.replay(session.recording());
    expect(twin.editing('main')).toEqual({ path: '/home/learner/notes', text: '' });
    twin.edited('main', 'one');
    twin.cluster.sim.runFor(100);
    twin.line('main', 'cat notes');
    twin.cluster.sim.runFor(100);
    expect(new TextDecoder().decode(twin.transcript('main'))).toMatch(/cat notes\none\n/);
  });

  it('is shown again with the reason when it cannot be saved', () => {
    const session = start();
    session.run('vim /etc/none/notes');
    session.edited('main', 'one\n');
    settle(session);
    expect(session.editing('main')).toEqual({
      path: '/etc/none/notes',
      text: 'one\n',
      problem: `"/etc/none/notes" E212: Can't open file for writing`,
    });
  });

  it('keeps the line ends of DOS, and refuses what it would spoil', () => {
    const session = start();
    session.run(String.raw`printf 'a\r\nb\r\n' > dos; vi dos`);
    expect(session.editing('main')?.text).toBe('a\nb\n');
    session.edited('main', 'a\nc\n');
    settle(session);
    session.run(String.raw`cat -A dos; printf '\xff' > raw; vi raw; vi -R dos; vi dos | cat; echo x | vi dos`);
    expect(session.shown()).toContain('a^M$\nc^M$\n');
    expect(session.shown()).toContain('vi: "raw" is no UTF-8 text; other files are not edited here\n');
    expect(session.shown()).toContain("vi: option '-R' is not modelled here\n");
    expect(session.shown()).toContain('Vim: Warning: Output is not to a terminal\n');
    expect(session.shown()).toContain('Vim: Warning: Input is not from a terminal\n');
  });
});
