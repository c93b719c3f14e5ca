import { expect, it } from 'vitest';
import { Harmless } from './harmless.ts';

const clean = (...pieces: (string | number[])[]): string => {
  const harmless = new Harmless();
  return pieces
    .map((piece) => harmless.take(typeof piece === 'string' ? new TextEncoder().encode(piece) : Uint8Array.from(piece)))
    .join('');
};

it.each([
  ['plain text', 'a\tb\r\nc — 世\n', 'a\tb\r\nc — 世\n'],
  ['colours and clearing', '\x1b[1;31mred\x1b[0m\x1b[H\x1b[2J\x1b[3J', '\x1b[1;31mred\x1b[0m\x1b[H\x1b[2J\x1b[3J'],
  ['bells, NULs and other alphabets', 'a\x00b\x07c\x0ed\x0fe\x7f\x9b31m', 'abcde31m'],
  ['a window title and the clipboard', 'a\x1b]0;title\x07b\x1b]52;c;cm0=\x1b\\c', 'abc'],
  ['questions that the terminal would answer', 'a\x1b[6nb\x1b[cc\x1b[>0qd\x1bZe', 'abcde'],
  ['modes', '\x1b[?1049h\x1b[?2004l\x1b[4h\x1bc\x1b(0q\x1b#8', 'q'],
  ['device control strings', 'a\x1bPq#0;2\x1b\\b', 'ab'],
])('lets through or takes out: %s', (_, input, output) => {
  expect(clean(input)).toBe(output);
});

it('joins what comes in pieces', () => {
  expect(clean('a\x1b', '[3', '1mb', '\x1b[', '6nc')).toBe('a\x1b[31mbc');
  expect(clean([0xe4, 0xb8], [0x96])).toBe('世');
});

it('shows binary as what it is not', () => {
  expect(clean([0x7f, 0x45, 0x4c, 0x46, 0x02, 0xff, 0xfe, 0x80])).toBe('ELF\ufffd\ufffd\ufffd');
});
