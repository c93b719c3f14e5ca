import { expect, it } from 'vitest';
import { testWorld } from './test-image.ts';

it('redis keeps what redis-cli gives it', () => {
  const world = testWorld();
  const server = world.start('redis:7');
  const cli = (...words: string[]): string => server.exec(['redis-cli', ...words]).out;
  expect([cli('ping'), cli('set', 'k', 'v', 'EX', '100'), cli('get', 'k'), cli('ttl', 'k')]).toEqual([
    'PONG\n',
    'OK\n',
    'v\n',
    expect.stringMatching(/^(99|100)\n$/),
  ]);
  expect([cli('incr', 'n'), cli('incrby', 'n', '5'), cli('incr', 'k')]).toEqual([
    '1\n',
    '6\n',
    'ERR value is not an integer or out of range\n',
  ]);
  expect([cli('rpush', 'l', 'a', 'b'), cli('lrange', 'l', '0', '-1'), cli('get', 'l')]).toEqual([
    '2\n',
    'a\nb\n',
    'WRONGTYPE Operation against a key holding the wrong kind of value\n',
  ]);
  expect([cli('hset', 'h', 'f', '1'), cli('hgetall', 'h'), cli('keys', '?'), cli('nope', 'x')]).toEqual([
    '1\n',
    'f\n1\n',
    'k\nn\nl\nh\n',
    "ERR unknown command 'nope', with args beginning with: 'x' \n",
  ]);
  expect(server.exec(['redis-cli'], 'SET a "two words"\nGET a\n').out).toBe('OK\ntwo words\n');
  world.sim.runFor(120_000);
  expect(cli('get', 'k')).toBe('\n');
});

it('redis wants its password, and keeps its data in a file when it is told to', () => {
  const world = testWorld();
  const args = ['redis-server', '--requirepass', 'pw', '--appendonly', 'yes'];
  const first = world.start('redis:7', { args });
  expect(first.exec(['redis-cli', 'get', 'a']).out).toBe('NOAUTH Authentication required.\n');
  expect(first.exec(['redis-cli', '-a', 'pw', 'set', 'a', '1']).out).toBe('OK\n');
  first.stop();
  world.sim.runFor(1000);
  const second = world.start('redis:7', { args, files: first.files });
  expect(second.exec(['redis-cli', '-a', 'pw', 'get', 'a']).out).toBe('1\n');
});
