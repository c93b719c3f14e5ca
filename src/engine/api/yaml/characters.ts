// What YAML 1.1 counts as what. The end of the text is a blank, a break and an end.

export const isBreak = (c: string | undefined): boolean => c === '\n' || c === '\r' || c === '\x85' || c === '\u2028' || c === '\u2029';
export const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t';
export const isBreakOrEnd = (c: string | undefined): boolean => c === undefined || isBreak(c);
export const isBlankOrEnd = (c: string | undefined): boolean => isBlank(c) || isBreakOrEnd(c);
export const isWord = (c: string | undefined): boolean => c !== undefined && /^[0-9A-Za-z_-]$/.test(c);
/** What may stand in a text at all. */
export const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}\ufeff]/u;
