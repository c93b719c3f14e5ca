import { expect, it } from 'vitest';
import { DiskUse } from '../../os/disk-use.ts';
import { decode, encode } from '../../os/text.ts';
import { ContainerLog } from './log.ts';

const at = Date.UTC(2026, 0, 5, 9, 0, 0, 120);

it('is a file in the format of the CRI, lines that are too long in parts', () => {
  const log = new ContainerLog(() => at);
  log.append('stdout', encode('one\ntw'));
  log.append('stderr', encode(`${'x'.repeat(16_385)}\n`));
  expect(decode(log.text.bytes()).split('\n')).toEqual([
    '2026-01-05T09:00:00.120000000Z stdout F one',
    `2026-01-05T09:00:00.120000000Z stderr P ${'x'.repeat(16_384)}`,
    '2026-01-05T09:00:00.120000000Z stderr F x',
    '',
  ]);
  log.append('stdout', encode('o\n'));
  log.close();
  expect(decode(log.text.bytes())).toMatch(/ stdout F two\n$/);
});

it('puts a file of more than 10 MiB aside, and keeps five', () => {
  let rotations = 0;
  const log = new ContainerLog(
    () => at,
    new DiskUse(),
    () => rotations++,
  );
  const line = encode(`${'y'.repeat(1024 * 1024 - 1)}\n`);
  for (let i = 0; i < 70; i++) log.append('stdout', line);
  expect(rotations).toBe(6);
  expect(log.rotated).toHaveLength(4);
  expect(log.lines).toHaveLength(70 - 6 * 11);
  expect(log.bytes).toBeGreaterThan(44 * 1024 * 1024);
});
