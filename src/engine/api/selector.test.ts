import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  formatRequirements,
  matchesLabels,
  matchesSelector,
  parseFieldSelector,
  parseLabelSelector,
} from './selector.ts';

describe('label selectors', () => {
  it('reads every operator and writes them in the order of keys', () => {
    const text = formatRequirements(parseLabelSelector('tier in (b, a),app=web,!old,x,y!=1,z notin (c),n>3'));
    expect(text).toBe('app=web,n>3,!old,tier in (a,b),x,y!=1,z notin (c)');
  });

  it.each([
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
  ])('refuses %j', (text, sentence) => {
    expect(() => parseLabelSelector(text)).toThrow(sentence);
  });

  it('matches as the server does', () => {
    expect(matchesLabels(parseLabelSelector('a!=b'), {})).toBe(true);
    expect(matchesLabels(parseLabelSelector('a in (b)'), {})).toBe(false);
    expect(matchesLabels(parseLabelSelector('n>3'), { n: '10' })).toBe(true);
    expect(matchesSelector({}, { a: 'b' })).toBe(true);
    expect(matchesSelector(undefined, { a: 'b' })).toBe(false);
  });

  it('prints empty and broken ones', () => {
    expect(formatLabelSelector({})).toBe('<none>');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Nope' }] })).toBe('<error>');
  });
});

describe('field selectors', () => {
  it('reads terms and escapes', () => {
    expect(parseFieldSelector('status.phase!=Running,metadata.name=a\\,b')).toEqual([
      { field: 'metadata.name', op: '=', value: 'a,b' },
      { field: 'status.phase', op: '!=', value: 'Running' },
    ]);
  });
  it('refuses what it does not understand', () => {
    expect(() => parseFieldSelector('metadata.name')).toThrow("invalid selector: 'metadata.name'; can't understand 'metadata.name'");
    expect(() => parseFieldSelector('a=\\x')).toThrow('invalid field selector: invalid escape sequence: \\x');
  });
});
