import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { encode } from './text.ts';
import { packTar, unpackTar } from './tar.ts';
import type { TarEntry } from './tar.ts';

const long = `${'d'.repeat(90)}/${'e'.repeat(60)}/file.txt`;
const entries: TarEntry[] = [
  { path: 'a/hello.txt', type: 'file', mode: 0o640, bytes: encode('hello\n'), target: '' },
  { path: 'a/big', type: 'file', mode: 0o600, bytes: new Uint8Array(1025).fill(7), target: '' },
  { path: long, type: 'file', mode: 0o644, bytes: encode('x'), target: '' },
  { path: 'a/empty/', type: 'directory', mode: 0o755, bytes: new Uint8Array(), target: '' },
];

test('an archive comes back as it went in', () => {
  expect(unpackTar(packTar(entries, 0))).toEqual(entries);
});

test.skipIf(spawnSync('tar', ['--version']).status !== 0)('the machine’s own tar reads it', () => {
  const { stdout, status } = spawnSync('tar', ['tvf', '-'], { input: packTar(entries, 0), encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s+/).pop())).toEqual(['a/hello.txt', 'a/big', long, 'a/empty/', '']);
  expect(stdout).toContain('-rw-r-----');
});
