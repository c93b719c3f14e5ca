import { describe, expect, it } from 'vitest';
import { MemoryFiles } from './files.ts';
import { decode, encode } from './text.ts';

const at = (): number => 0;

describe('MemoryFiles', () => {
  it('keeps a snapshot apart from what is written later', () => {
    const files = new MemoryFiles(at);
    files.makeDirectory('/a/b', { parents: true });
    files.write('/a/b/f', encode('one'));
    files.write('/a/b/f', encode('+'), { append: true });
    const snapshot = files.snapshot();
    files.write('/a/b/f', encode('two'), { append: true });
    files.write('/a/g', encode('new'));
    const old = new MemoryFiles(at, { snapshot });
    old.write('/a/b/f', encode('X'), { append: true });
    expect(decode(old.read('/a/b/f'))).toBe('one+X');
    expect(decode(files.read('/a/b/f'))).toBe('one+two');
    expect(old.exists('/a/g')).toBe(false);
    files.restore(snapshot);
    expect(decode(files.read('/a/b/f'))).toBe('one+');
  });

  it('changes nothing of a snapshot by chmod, rename or remove', () => {
    const files = new MemoryFiles(at);
    files.makeDirectory('/d');
    files.write('/d/f', encode('x'));
    const snapshot = files.snapshot();
    files.chmod('/d/f', 0o600);
    files.rename('/d/f', '/d/g');
    files.chmod('/d', 0o700);
    const old = new MemoryFiles(at, { snapshot });
    expect(old.list('/d')).toEqual(['f']);
    expect(old.stat('/d/f').mode).toBe(0o644);
    expect(old.stat('/d').mode).toBe(0o755);
  });

  it('refuses as the C library does', () => {
    const files = new MemoryFiles(at);
    files.makeDirectory('/d');
    files.write('/d/f', encode('x'));
    files.mount('/ro', { k: 'v' }, { readOnly: true });
    files.symlink('loop', '/loop');
    expect(() => files.read('/nope')).toThrow('No such file or directory');
    expect(() => files.read('/d')).toThrow('Is a directory');
    expect(() => files.read('/d/f/x')).toThrow('Not a directory');
    expect(() => files.remove('/d')).toThrow('Directory not empty');
    expect(() => files.write('/ro/k', encode('w'))).toThrow('Read-only file system');
    expect(() => files.write('/ro/new', encode('w'))).toThrow('Read-only file system');
    expect(() => files.makeDirectory('/d')).toThrow('File exists');
    expect(() => files.read('/loop')).toThrow('Too many levels of symbolic links');
    expect(() => files.rename('/d', '/d/e')).toThrow('Invalid argument');
  });

  it('shares a mounted file system both ways', () => {
    const volume = new MemoryFiles(at);
    const [a, b] = [new MemoryFiles(at), new MemoryFiles(at)];
    a.mountFiles('/data', volume);
    b.mountFiles('/mnt/x', volume, { readOnly: true });
    a.write('/data/f', encode('shared'));
    expect(decode(b.read('/mnt/x/f'))).toBe('shared');
    expect(() => b.write('/mnt/x/f', encode('no'))).toThrow('Read-only file system');
    expect(a.list('/data')).toEqual(['f']);
  });

  it('keeps others out where modes say so', () => {
    const root = new MemoryFiles(at);
    root.makeDirectory('/home/learner', { parents: true });
    root.write('/secret', encode('x'), { mode: 0o600 });
    root.chown('/home/learner', 'learner');
    const files = new MemoryFiles(at, { user: 'learner', snapshot: root.snapshot() });
    files.write('/home/learner/f', encode('mine'));
    expect(() => files.read('/secret')).toThrow('Permission denied');
    expect(() => files.write('/etc', encode('x'))).toThrow('Permission denied');
  });
});
